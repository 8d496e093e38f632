# One message when a run ends or fails, if the config asks for it.
from galaxyzoo.plan import notification


def notify(how_it_ended, body):
    """Send a message; if that fails, say so, and leave the run as it ended."""
    if not AS_GIVEN.get("notify"):
        return
    if why := notification.send(f"Galaxy Zoo: {PLAN.base} {how_it_ended}", body):
        logger.warning(f"notify: nobody was told how the run ended: {why}")


onsuccess:
    notify("is done", "\n".join(was_made()) or "What was asked for is made.")


onerror:
    notify("failed", notification.what_failed(log[0]))

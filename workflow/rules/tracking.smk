# Trackers, which follow a run in processes of their own beside the main one.
import json
import subprocess

FOLLOWERS = []  # kept, since a follower ends when its standard input is closed


def follow_the_run():
    """Start a process for each tracker that the config asks for. No result depends on any."""
    stages = {
        (owner, seed, stage)
        for owners in PLAN.owners.values()
        for (seed, stage), owner in owners.items()
    }
    configs = {name: config_to_write(SimpleNamespace(experiment=name)) for name in NAMES}
    run = {"results": str(RESULTS), "stages": sorted(stages), "experiments": configs}
    for tracker in AS_GIVEN.get("tracking") or []:
        try:
            follower = subprocess.Popen(
                [sys.executable, WORKFLOW / "scripts" / "track.py", tracker],
                stdin=subprocess.PIPE,
                text=True,
                start_new_session=True,  # Ctrl-C is for the run, at whose end it ends
            )
            FOLLOWERS.append(follower)
            follower.stdin.write(f"{json.dumps(run)}\n")
            follower.stdin.flush()
        except OSError as error:
            logger.warning(f"tracking: {tracker} cannot be started, and the run goes on: {error}")

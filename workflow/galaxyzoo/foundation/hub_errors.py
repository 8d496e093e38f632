"""Errors of the client of Hugging Face's hub, in a sentence."""


def first_line(error: Exception) -> str:
    """What an error of the hub's client says first, beside the status."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[1] if len(lines) > 1 else lines[0] if lines else type(error).__name__).rstrip(".")

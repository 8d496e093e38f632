"""What TensorBoard's event files hold: records of a length, its checksum, a message and its own."""

import struct
from collections import defaultdict
from pathlib import Path


def scalars(folder: Path) -> dict[str, list[tuple[int, float, float]]]:
    """Step, value and time of each point in a folder's event files, by the curve's name."""
    points = defaultdict(list)
    for event, value in values(folder):
        if value.HasField("simple_value"):
            points[value.tag].append((event.step, value.simple_value, event.wall_time))
    return dict(points)


def pictures(folder: Path) -> dict[str, bytes]:
    """The pictures in a folder's event files, PNG, by name."""
    return {
        value.tag: value.image.encoded_image_string
        for _, value in values(folder)
        if value.HasField("image")
    }


def values(folder: Path):
    """Each value in a folder's event files, with the event that it is of."""
    from tensorboardX.proto.event_pb2 import Event

    for path in sorted(folder.glob("events.out.tfevents.*")):
        content, start = path.read_bytes(), 0
        while start < len(content):
            [length] = struct.unpack("<Q", content[start : start + 8])
            event = Event.FromString(content[start + 12 : start + 12 + length])
            start += 12 + length + 4
            for value in event.summary.value:
                yield event, value

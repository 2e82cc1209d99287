"""Writes training/events.out.tfevents byte by byte after the published layout, independently of our reader.

record_writer.h: length (u64), masked crc32c of it, payload, masked crc32c of the payload; event.proto: wall_time = 1 (double),
step = 2 (varint), file_version = 3, summary = 5 {value = 1 {tag = 1, simple_value = 2 (float)}}. Run: python3 make_tfevents.py
"""
import pathlib
import struct


def crc32c(data):  # bit by bit; RFC 3720 B.4 gives the check value
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def record(payload):
    length = struct.pack("<Q", len(payload))
    return length + masked(length) + payload + masked(payload)


def field(number, payload):
    assert len(payload) < 128
    return bytes([number << 3 | 2, len(payload)]) + payload


def scalar(wall, step, tag, value):
    item = field(1, tag.encode()) + bytes([2 << 3 | 5]) + struct.pack("<f", value)
    return record(bytes([1 << 3 | 1]) + struct.pack("<d", wall) + bytes([2 << 3, step]) + field(5, field(1, item)))


assert crc32c(bytes(32)) == 0x8A9136AA and crc32c(b"123456789") == 0xE3069283
# Every event file of TensorFlow's begins with these bytes: length 24 and its checksum.
version = record(bytes([1 << 3 | 1]) + struct.pack("<d", 1790596800.0) + field(3, b"brain.Event:2"))
assert version[:12] == bytes.fromhex("1800000000000000a37f4b22")

out = version
for i, (wall, norm, loss) in enumerate([(1790596800.5, 1.5, 2.5), (1790596801.25, float("nan"), 2.25)], 1):
    out += scalar(wall - 0.125, i * 10, "train/loss", loss)
    out += scalar(wall, i * 10, "train/grad_norm", norm)
    out += scalar(wall, i * 10, "train/learning_rate", 0.5)
out += scalar(1790596803.0, 30, "eval/loss", 9.0)
pathlib.Path(__file__).with_name("training").joinpath("events.out.tfevents").write_bytes(out)

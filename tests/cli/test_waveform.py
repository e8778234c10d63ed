"""A recording is drawn with a line for each channel, as loud as it is."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import pytest

from gateway.cli.waveform import waveforms


def a_wav(path: Path, samples: list[int], *, channels: int = 1, width: int = 2) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(8000)
        file.writeframes(struct.pack(f"<{len(samples)}{'h' if width == 2 else 'B'}", *samples))
    return path


def test_what_is_louder_is_higher_and_silence_is_blank(tmp_path: Path) -> None:
    samples = [0, 0, 1, -1, 16_000, -16_384, 0, -32_768]
    assert [" ▁▄█"] == waveforms(a_wav(tmp_path / "a.wav", samples), 4)


def test_each_channel_has_a_line(tmp_path: Path) -> None:
    assert ["█ ", " █"] == waveforms(a_wav(tmp_path / "a.wav", [32_767, 0, 0, 32_767], channels=2), 2)


def test_what_is_shorter_than_the_line_fills_it_with_blanks(tmp_path: Path) -> None:
    (line,) = waveforms(a_wav(tmp_path / "a.wav", [32_767]), 3)
    assert (3, "█") == (len(line), line.strip())


def test_what_it_cannot_draw_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="8 bits, not 16"):
        waveforms(a_wav(tmp_path / "a.wav", [128, 0], width=1), 3)
    (tmp_path / "b.wav").write_bytes(b"<html>")
    with pytest.raises(ValueError, match=r"b\.wav: "):
        waveforms(tmp_path / "b.wav", 3)

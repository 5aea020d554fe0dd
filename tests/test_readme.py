"""What the README shows works as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from onenet_sim import World
from onenet_sim.world.configuration import ConfigurationError, load_configuration

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")
SECONDS = 60


def blocks(readme: str, language: str) -> list[str]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("readme", READMES)
def test_the_testers_examples_pass(readme: str, tmp_path: Path) -> None:
    (feature,) = blocks(readme, "gherkin")
    (tmp_path / "lifetime.feature").write_text(feature, encoding="utf-8")
    for number, source in enumerate(blocks(readme, "python")):
        (tmp_path / f"test_{number}.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    run = subprocess.run(
        [*command, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("readme", READMES)
def test_the_world_in_a_file_is_one(readme: str, tmp_path: Path) -> None:
    (text,) = blocks(readme, "toml")
    path = tmp_path / "world.toml"
    path.write_text(text.replace("tcp = 4002", "tcp = 0"), encoding="utf-8")
    with World.from_file(path) as world:
        assert list(world.modems) == ["meter", "lamp"]
    path.write_text(text.replace('imei = "869975030000017"', 'imei = "12"', 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path)
    told = str(caught.value).removeprefix(f"{tmp_path}/")
    assert told in (ROOT / readme).read_text(encoding="utf-8")


FIRMWARE = f"""#!{sys.executable}
import serial, sys
with serial.Serial(sys.argv[2], timeout=5) as port:
    port.write(b"AT\\r")
    port.read_until(b"OK\\r\\n")
"""


@pytest.mark.parametrize("readme", READMES)
def test_the_firmware_engineers_commands_work(readme: str, tmp_path: Path) -> None:
    assert shutil.which("curl"), "the README's commands need curl: apt-get install curl"
    script = next(block for block in blocks(readme, "sh") if "my-firmware" in block)
    script = script.replace("/tmp/modem0", str(tmp_path / "modem0")).replace("5 &  ", "5 ")  # noqa: S108
    script = re.sub(r"(my-firmware --port \S+) &", r"\1", script)
    firmware = tmp_path / "my-firmware"
    firmware.write_text(FIRMWARE)
    firmware.chmod(0o755)
    paths = [str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"]]
    run = subprocess.run(
        ["bash", "-ec", f"trap 'kill -TERM $(jobs -p); wait' EXIT\n{script}"],
        cwd=tmp_path,
        env=os.environ | {"PATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert '"line": "AT"' in run.stdout or '"line":"AT"' in run.stdout, run.stdout


@pytest.mark.parametrize("readme", READMES)
def test_the_links_of_the_readme_lead_somewhere(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)", text):
        assert (ROOT / target).exists(), target

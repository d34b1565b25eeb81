"""Sites that tests start in namespaces of their own, and what their runs told."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assets.launchers.program import PROJECT

LOOPBACK = Path(__file__).with_name("loopback.sh")
RAY = {"RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


def need_programs(*names: str, package: str) -> None:
    """Skip the test where programs are not installed, and say which package has them."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    if missing := [name for name in names if shutil.which(name, path=path) is None]:
        pytest.skip(f"{', '.join(missing)} not installed; install {package} to run this test")


def run_site(name: str, folder: Path) -> dict[str, Any]:
    """Start a site, wait until it has launched all its runs, and return what it wrote."""
    need_programs("unshare", "ip", package="util-linux and iproute2")
    if subprocess.run([str(LOOPBACK), "true"], capture_output=True).returncode:
        pytest.skip("namespaces cannot be made here; run the tests as root to run this one")
    command = [str(LOOPBACK), sys.executable, str(Path(__file__).with_name(name)), str(folder)]
    environment = {**os.environ, **RAY, "RAY_AUTH_TOKEN": secrets.token_hex(32), "PYTHONPATH": str(PROJECT)}
    site = subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        written, _ = site.communicate(timeout=110)
    except BaseException:
        site.kill()  # and with it all that the site started: see loopback.sh
        site.communicate()
        raise
    assert site.returncode == 0, written.decode(errors="replace")[-4000:]
    return json.loads((folder / "told.json").read_text())

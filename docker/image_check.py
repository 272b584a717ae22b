"""`make image-check`: the steps of the Dockerfile for real, without a Docker engine, and the result as a container that serves meetings.

Needs root and Debian's buildah, runc and debootstrap, and the machine's Node.js. The bases are stand-ins: Debian with its Python instead of
the Python image, the same with Node.js instead of the Node image. What is built on them, and how it is started, is what an engine would do:
read-only root, nobody, no capability, no new privileges, no volume, its own processes; only the network is the machine's.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import httpx

ROOT: Final = Path(__file__).parent.parent
BUILD: Final = ROOT / "build" / "image"
BUILDAH: Final = (
    "buildah",
    "--storage-driver",
    "vfs",
    "--root",
    str(BUILD / "store"),
    "--runroot",
    str(BUILD / "run"),
)
RUNC: Final = ("runc", "--root", str(BUILD / "runc"))
"""The program with which Docker starts its containers."""
PYTHON_BASE, NODE_BASE, IMAGE = "kith-python-base", "kith-node-base", "kith-checked"
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
MAX_ADDED_BYTES: Final = 80_000_000
"""On top of the Python image, which has about 120 MB: together not above 200."""
PATIENCE_S: Final = 120
NOBODY: Final = 65_534
ORGANISER_KEY: Final = secrets.token_urlsafe(18)


def run(*command: str, **options: Any) -> str:
    """What it printed. Raises: CalledProcessError."""
    done = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **options)
    return str(done.stdout).strip()


def buildah(*arguments: str, **options: Any) -> str:
    return run(*BUILDAH, *arguments, **options)


def make_bases() -> None:
    """Debian with Python, and the same with Node.js, as images. Kept for the next time."""
    python = BUILD / "python"
    if not (BUILD / "bases").exists():
        shutil.rmtree(BUILD, ignore_errors=True)
        BUILD.mkdir(parents=True)
        packages = "python3,python3-pip,ca-certificates"
        run("debootstrap", "--variant=minbase", f"--include={packages}", "bookworm", str(python))
        # Registries may stand behind a certificate that only this machine trusts.
        shutil.copy(CERTIFICATES, python / CERTIFICATES.relative_to("/"))
        make_image(PYTHON_BASE, python)
        npm = Path(os.path.realpath(shutil.which("npm") or "")).parents[1]
        shutil.copy(os.path.realpath(shutil.which("node") or ""), python / "usr/bin/node")
        shutil.copytree(npm, python / "usr/lib/node_modules/npm", symlinks=True)
        (python / "usr/bin/npm").symlink_to("../lib/node_modules/npm/bin/npm-cli.js")
        make_image(NODE_BASE, python)
        (BUILD / "bases").touch()


def make_image(name: str, content: Path) -> None:
    recipe = BUILD / "Base"
    certificates = f"PIP_CERT={CERTIFICATES} NODE_EXTRA_CA_CERTS={CERTIFICATES}"
    recipe.write_text(f"FROM scratch\nCOPY . /\nENV {certificates} PIP_BREAK_SYSTEM_PACKAGES=1\n")
    buildah("bud", "--isolation", "chroot", "-q", "-t", name, "-f", str(recipe), str(content))


def build() -> None:
    bases = (f"NODE_IMAGE=localhost/{NODE_BASE}", f"PYTHON_IMAGE=localhost/{PYTHON_BASE}")
    arguments = [word for base in bases for word in ("--build-arg", base)]
    # Docker's own format: the other one has no health check.
    how = ("--format", "docker", "--isolation", "chroot", "-q")
    buildah("bud", *how, *arguments, "-t", IMAGE, "-f", str(ROOT / "docker/Dockerfile"), str(ROOT))


def image_config() -> dict[str, Any]:
    config: dict[str, Any] = json.loads(buildah("inspect", "--type", "image", IMAGE))["Docker"]["config"]
    assert config["User"] == f"{NOBODY}:{NOBODY}", "it runs as nobody"
    assert not config.get("Volumes"), "it has no volumes"
    assert config["Healthcheck"]["Test"][0] == "CMD", "its health check needs no shell"
    return config


def bundle(folder: Path, root: str, config: dict[str, Any]) -> None:
    """What a container engine hands to its runtime (OCI runtime specification)."""
    settings = {
        "KITH_PORT": str(free_port()),
        "KITH_MEDIA_PORT": "0",
        "KITH_PUBLIC_URL": "https://meet.example.org",
        "KITH_MEDIA_ADDRESSES": "127.0.0.1",
        "KITH_ORGANISER_KEY": ORGANISER_KEY,
    }
    environment = [*config["Env"], *(f"{name}={value}" for name, value in settings.items())]
    spec = {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": NOBODY, "gid": NOBODY},
            "args": [*config["Entrypoint"], *config["Cmd"]],
            "env": environment,
            "cwd": config["WorkingDir"],
            "capabilities": {kind: [] for kind in ("bounding", "effective", "inheritable", "permitted")},
            "noNewPrivileges": True,
            "rlimits": [{"type": "RLIMIT_CORE", "hard": 0, "soft": 0}],
        },
        "root": {"path": root, "readonly": True},
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {
                "destination": "/dev",
                "type": "tmpfs",
                "source": "tmpfs",
                "options": ["nosuid", "mode=755", "size=64k"],
            },
        ],
        "linux": {"namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")]},
    }
    (folder / "config.json").write_text(json.dumps(spec))
    (folder / "environment.json").write_text(json.dumps(settings))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def runc(*arguments: str) -> str:
    return run(*RUNC, *arguments)


def check_running(container: str, config: dict[str, Any], url: str) -> None:
    """It answers, cannot write, is healthy, and a group meets in it with sound and pictures."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            page = httpx.get(url)
            break
        except httpx.TransportError:
            assert time.monotonic() < deadline, "it does not answer"
            time.sleep(0.1)
    assert page.status_code == httpx.codes.OK, "it serves the web client"
    assert "no-store" in page.headers["cache-control"]
    runc("exec", container, *config["Healthcheck"]["Test"][1:])
    for folder in ("/", "/kith", "/tmp", "/var/tmp", "/dev/shm"):  # noqa: S108 - that they cannot be written is the point
        tried = subprocess.run(
            [*RUNC, "exec", container, "python3", "-c", f"open('{folder}/x', 'w')"],
            capture_output=True,
            check=False,
        )
        assert tried.returncode != 0, f"{folder} cannot be written"
    rehearse = [
        sys.executable,
        "-m",
        "server",
        "rehearse",
        url,
        "--rooms",
        "1",
        "--members",
        "4",
        "--seconds",
        "12",
    ]
    print(run(*rehearse, cwd=ROOT, env={**os.environ, "KITH_ORGANISER_KEY": ORGANISER_KEY}))


def main() -> int:
    make_bases()
    build()
    config = image_config()
    container = f"kith-{secrets.token_hex(4)}"
    working = buildah("from", IMAGE)
    root = buildah("mount", working)
    added = sum(path.lstat().st_size for path in Path(root, "kith").rglob("*") if path.is_file())
    print(f"{added / 1e6:.0f} MB are added to the Python image")
    assert added <= MAX_ADDED_BYTES, "it is small"
    with tempfile.TemporaryDirectory() as folder:
        bundle(Path(folder), root, config)
        settings = json.loads(Path(folder, "environment.json").read_text())
        process = subprocess.Popen([*RUNC, "run", "-b", folder, container])
        try:
            check_running(container, config, f"http://127.0.0.1:{settings['KITH_PORT']}")
            runc("kill", container, config.get("StopSignal", "SIGTERM"))
            assert process.wait(PATIENCE_S) == 0, "it ends by itself when it is told to"
        finally:
            if process.poll() is None:
                runc("kill", container, "SIGKILL")
            buildah("rm", working)
    print("The image serves meetings: read-only, as nobody, without capabilities.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

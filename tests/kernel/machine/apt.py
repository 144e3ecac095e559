"""Debian's packages: those that are installed, and those that are only unpacked."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

# Root's downloads may go where apt's own user cannot write; another apt may be at work; nothing that is here goes away.
APT = ["apt-get", "-y", "-qq", "--no-remove", "-o", "APT::Sandbox::User=root", "-o", "DPkg::Lock::Timeout=300"]


class Missing(Exception):
    """Something that is needed and cannot be had."""


def wanted(listing):
    """The packages of a file, as (name, why) pairs: a line is `name: why`, or empty, or a remark that begins with #."""
    lines = [line.strip() for line in Path(listing).read_text().splitlines()]
    pairs = [line.partition(":") for line in lines if line and not line.startswith("#")]
    return [(name, why.strip()) for name, _, why in pairs]


def install(packages):
    """Installs what is not there of (name, why) pairs, and says why."""
    absent = [(name, why) for name, why in packages if not is_installed(name)]
    if not absent:
        return
    names = [name for name, _ in absent]
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise Missing(f"missing packages; as root: apt-get install --no-install-recommends {' '.join(names)}")
    for name, why in absent:
        print(f"Installing {name}: {why}", flush=True)
    update()
    command = [*APT, "install", "--no-install-recommends", *names]
    told = subprocess.run(command, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, capture_output=True, text=True)
    if told.returncode != 0:
        raise Missing(f"{' '.join(command)} failed:\n{told.stdout}{told.stderr}")


def unpack(package, place, why):
    """The folder with a package's files. Nothing of it runs, and this machine's own files stay as they are."""
    if not shutil.which("apt-cache"):
        raise Missing(f"{package} is a Debian package, and this machine has no apt")
    update()
    version = candidate(package)
    tree = Path(place) / f"{package}_{version.replace(':', '.')}"
    if tree.is_dir():
        return tree
    print(f"Unpacking {package} {version} below {place}: {why}", flush=True)
    Path(place).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as new:
        told = subprocess.run([*APT, "download", f"{package}={version}"], cwd=new, capture_output=True, text=True)
        archives = list(Path(new).glob("*.deb"))
        if told.returncode != 0 or len(archives) != 1:
            raise Missing(f"{package} cannot be downloaded:\n{told.stdout}{told.stderr}")
        subprocess.run(["dpkg-deb", "-x", archives[0], f"{new}/tree"], check=True)
        os.rename(f"{new}/tree", tree)
    return tree


def depended_on(package):
    """The one package that a package without content stands for."""
    update()
    told = subprocess.run(["apt-cache", "depends", package], capture_output=True, text=True).stdout
    for line in told.splitlines():
        kind, _, name = line.strip().partition(": ")
        if kind == "Depends":
            return name
    raise Missing(f"apt knows no package {package} with a dependency")


def is_installed(package):
    """Whether dpkg has the package, whole."""
    if not shutil.which("dpkg-query"):
        return False
    told = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package], capture_output=True, text=True)
    return told.stdout == "installed"


def candidate(package):
    """The version that apt would take."""
    told = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True).stdout
    for line in told.splitlines():
        if line.strip().startswith("Candidate:"):
            version = line.split()[1]
            if version != "(none)":
                return version
    raise Missing(f"apt has no package {package}")


def update():
    """Fetches apt's lists, once."""
    if os.geteuid() == 0 and not update.done:
        told = subprocess.run([*APT, "update"], capture_output=True, text=True)
        if told.returncode != 0:
            print(f"apt-get update failed, going on with the lists that are here:\n{told.stderr}", flush=True)
    update.done = True


update.done = False

"""Makes a network whose only way out is a TUN device, or becomes a program inside such a network; run as a script by `own_network.py`.

    inside.py make SOCKET ADDRESS          hands over through the Unix socket: the device, the network, its user namespace
    inside.py enter NETWORK USERS COMMAND  becomes the command; NETWORK and USERS are paths of what was handed over

A network lives as long as somebody holds it or is in it. Works as root and, where the system lets everybody make user namespaces,
without any right. Imports nothing of the project.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys

CLONE_NEWUSER = 0x1000_0000
CLONE_NEWNET = 0x4000_0000
TUNSETIFF = 0x4004_54CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
IFF_UP = 0x0001
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
SIOCSIFADDR = 0x8916
SIOCSIFNETMASK = 0x891C
DEVICE = b"eth0"
"""Not `tun…`: Chromium takes devices of that name for tunnels, and a machine that has nothing else for offline."""
NETMASK = "255.255.255.0"
NETWORK_HERE = "/proc/self/ns/net"
USERS_HERE = "/proc/self/ns/user"


def main() -> int:
    what, *given = sys.argv[1:]
    if what == "enter":
        enter(*given)
    return make(*given)


def make(hand_over: str, address: str) -> int:
    """A network with this address exists, held by whoever listens there; or it is told what the system forbids."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.connect(hand_over)
        try:
            leave_the_network()
            held = [
                open_device(address),
                *(os.open(each, os.O_RDONLY) for each in (NETWORK_HERE, USERS_HERE)),
            ]
        except OSError as problem:
            caller.sendall(f"{problem.strerror} ({problem.filename or 'unshare'})".encode())
            return 1
        socket.send_fds(caller, [b"made"], held)
    return 0


def enter(network: str, users: str, *command: str) -> None:
    """This process is the command, in that network. Raises: OSError."""
    target = os.open(network, os.O_RDONLY)
    if os.stat(users).st_ino != os.stat(USERS_HERE).st_ino:  # noqa: PTH116 - nothing but the basics here
        call("setns", os.open(users, os.O_RDONLY), CLONE_NEWUSER)
    call("setns", target, CLONE_NEWNET)
    os.execvp(command[0], command)  # noqa: S606 - the test's own words


def leave_the_network() -> None:
    """This process is alone in a new network. Raises: OSError where the system forbids it."""
    user, group = os.geteuid(), os.getegid()
    try:
        call("unshare", CLONE_NEWNET)
    except PermissionError:
        call("unshare", CLONE_NEWUSER | CLONE_NEWNET)
        for file, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{file}", "w") as target:  # noqa: PTH123 - as above
                target.write(text)


def call(name: str, *given: int) -> None:
    """One call of the C library, for Python knows it from 3.12 only. Raises: OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc[name](*given) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)


def open_device(address: str) -> int:
    """The file of a new device with this address, up, as loopback is. Raises: OSError."""
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", DEVICE, IFF_TUN | IFF_NO_PI))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, value in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, NETMASK)):
            # struct ifreq: name | sockaddr_in: family, port, address
            fcntl.ioctl(
                control,
                request,
                struct.pack("16sHH4s16x", DEVICE, socket.AF_INET, 0, socket.inet_aton(value)),
            )
        for name in (b"lo", DEVICE):
            asked = fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16sH22x", name, 0))
            (flags,) = struct.unpack("16xH22x", asked)
            fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH22x", name, flags | IFF_UP))
    return device


if __name__ == "__main__":
    sys.exit(main())

"""English: what every other language has to say, too."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "title": "What this server keeps: nothing",
    "intro": "This page was made a moment ago by the server itself. It looked at its own running processes and says what it saw.",
    "tested": "Tested just now",
    "when": "Looked at: {time} (UTC)",
    "outcome.fine": "As promised",
    "outcome.unknown": "Could not be tested here",
    "outcome.warning": "Not fully",
    "outcome.broken": "No",
    "files.fine": "The server has no file open that it could write to. It has no database, and no part that could record.",
    "files.other": "The server has files open that it could write to. This should not be. Tell the people who run it.",
    "logs.fine": "What the server notes for those who run it holds no names, no words, no links and no network addresses.",
    "logs.other": "The filter of the server’s notes is not at work. Tell the people who run it.",
    "freed_memory.fine": "When a meeting ends, what the server knew about it is overwritten at once.",
    "freed_memory.other": "When a meeting ends, the server forgets it; remains may stay in its memory until that is used again.",
    "core_dumps.fine": "If the server crashes, no copy of its memory is written anywhere.",
    "core_dumps.other": "If the server crashed, a copy of its memory could be written. Tell the people who run it.",
    "dumpable.fine": "No ordinary program on the same machine can look into the server’s memory.",
    "dumpable.other": "It is not certain that other programs on the machine cannot look into the server’s memory.",
    "locked_memory.fine": "What the server knows is kept out of the machine’s swap space on disk.",
    "locked_memory.other": "The machine may move parts of the server’s memory to its disk for a while. Those who run it can prevent that.",
    "swapped.fine": "Nothing of the server’s memory is on the machine’s disk now.",
    "swapped.other": "It is not certain that nothing of the server’s memory is on the machine’s disk now.",
    "tls.fine": "The way from your browser to this server is encrypted.",
    "tls.other": "The way from your browser to this server is not encrypted. That is so only when both are the same machine.",
    "sealed.title": "What the server cannot read at all",
    "sealed": "Names, words, sound and pictures are locked on your device and unlocked on the devices of the others. "
    "The server passes them on and has no key. That holds even if everything on this page were untrue.",
    "knows.title": "What the server does know while a meeting runs",
    "knows": "How many are connected, who hosts, who is in which room and whose turn it is, each as a random number; and the network addresses, which it needs to reach you.",
    "untested.title": "What cannot be tested from inside",
    "untested.honest": "Whether this machine really runs the program it says. A dishonest operator could show this page all the same.",
    "untested.machine": "What the machine below does: its operators, its backups, snapshots of its memory.",
    "untested.network": "What network providers and a server in between note: that your address was connected to this one, and when.",
    "untested.people": "What people do: somebody may photograph her screen, or have a program on her phone that watches.",
    "untested.browser": "What your own browser notes: its history holds that you were here. A private window forgets it.",
    "untested.law": "What the law demands where the people of your group live. Ask them what they must pass on.",
    "machine_readable": "The same for machines",
}

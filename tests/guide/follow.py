"""Follows scenarios/README.md from top to bottom as somebody does who has only the programs:

    python3 tests/guide/follow.py FOLDER        the folder with mock-idp, scenarios and desktop-client

Every command of its shell blocks is run in an empty folder, with an empty home, and nothing but the programs on the path
beside those of the system. A command ends with 0, one that says `# fails` with 1; and what a block of text shows behind the
commands is what they printed. The programs are made already (cargo), and what needs the environment of a server shows a part
of a script (tenant=).
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAMS = ("mock-idp", "scenarios", "desktop-client")
GUIDE = pathlib.Path(__file__).parents[2] / "scenarios" / "README.md"
# Of the environment, what says where packages come from and whom to trust for them.
KEPT = re.compile(
    r"(PIP|NPM_CONFIG)_|(HTTPS?|NO)_PROXY$|CHROMIUM$|(SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE)$", re.IGNORECASE
)
NOT_FOLLOWED = ("cargo ", "tenant=")


def blocks(text):
    """The guide's blocks of code: language and lines."""
    return [(kind, body.splitlines()) for kind, body in re.findall(r"^```(\w+)[^\n]*\n(.*?)^```$", text, re.M | re.S)]


def words(text):
    return " ".join(text.split())


class User:
    """Somebody in an empty folder."""

    def __init__(self, programs, folder):
        tools, self.folder = folder / "programs", folder / "work"
        tools.mkdir()
        self.folder.mkdir()
        for name in PROGRAMS:
            shutil.copy(programs / name, tools / name)
        for name, home in (("npm", ".npmrc"), ("pip", ".config/pip/pip.conf")):
            mine = pathlib.Path.home() / home
            if mine.is_file():
                (folder / home).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(mine, folder / home)
        system = [pathlib.Path(found).parent for found in map(shutil.which, ("node", "curl", "sh")) if found]
        path = [tools, pathlib.Path(sys.base_prefix) / "bin", *system, "/usr/bin", "/bin"]
        self.environment = {name: value for name, value in os.environ.items() if KEPT.match(name)}
        self.environment |= {"PATH": os.pathsep.join(map(str, path)), "HOME": str(folder), "LANG": "C.UTF-8"}

    def does(self, line):
        """What is printed; ends everything if it does not end as the guide says."""
        command, _, remark = line.partition(" # ")
        print(f"$ {command.strip()}", flush=True)
        ended = subprocess.run(command, shell=True, cwd=self.folder, env=self.environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        wanted = 1 if remark.strip().startswith("fails") else 0
        last = [line for line in ended.stdout.splitlines() if line.strip()][-2:]
        print("".join(f"  {line[:160]}\n" for line in last) + f"  ended with {ended.returncode}", flush=True)
        if ended.returncode != wanted:
            sys.exit(f"the guide's command ended with {ended.returncode}, not {wanted}:\n{line}\n{ended.stdout}")
        return ended.stdout


def main():
    programs = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        user, printed, followed = User(programs, pathlib.Path(folder)), "", 0
        for kind, lines in blocks(GUIDE.read_text()):
            if kind == "sh" and not lines[0].startswith(NOT_FOLLOWED):
                printed = "".join(user.does(line) for line in lines if line.strip())
                followed += len(lines)
            elif kind == "text" and printed:
                missing = [line for line in lines if words(line) not in words(printed)]
                if missing:
                    sys.exit(f"the guide shows what is not printed: {missing}\n{printed}")
    print(f"{followed} commands of the guide were followed")


if __name__ == "__main__":
    main()

"""The servicing logs of a case, written by the same clock as the trace."""

import datetime

EPOCH = datetime.datetime(1601, 1, 1)


def moment(filetime, hours=0):
    return EPOCH + datetime.timedelta(microseconds=filetime // 10, hours=hours)


class Cbs:
    """CBS.log. Line times are local, the `@` times of CSI are UTC; each line is also a write of the process that logs."""

    def __init__(self, machine, rng):
        self.machine, self.rng, self.lines, self.counter, self.offset = machine, rng, [], 0, rng.randrange(1 << 18, 1 << 22)

    def restart(self):
        self.counter = 0

    def put(self, actor, component, text, level="Info", code=None, at=None):
        now = actor.trace.now if at is None else at
        head = f"{level:<10} [0x{code:06x}] {component}    " if code else f"{level:<22}{component}    "
        line = f"{moment(now, self.machine.utc_hours):%Y-%m-%d %H:%M:%S}, {head}{text}"
        self.lines.append((now, line))
        if at is None:
            size = len(line) + 2
            actor.write("C:\\Windows\\Logs\\CBS\\CBS.log", size, self.offset)
            self.offset += size

    def cbs(self, actor, text, level="Info", at=None):
        self.put(actor, "CBS", text, level, at=at)

    def csi(self, actor, text, level="Info", utc=False, failed=False, code=None):
        self.counter += 1
        when = moment(actor.trace.now)
        stamp = f"@{when.year}/{when.month}/{when.day}:{when:%H:%M:%S}.{when.microsecond // 1000:03d}" if utc else ""
        self.put(actor, "CSI", f"{self.counter:08x}{stamp} {'(F) ' if failed else ''}{text}", level, code)

    def text(self, start=0):
        return "".join(line + "\r\n" for when, line in self.lines if when >= start)


class SetupApi:
    def __init__(self, machine):
        self.machine, self.lines = machine, ["[Device Install Log]", f"     OS Version = 10.0.{machine.build}", ""]

    def _time(self, actor):
        return f"{moment(actor.trace.now, self.machine.utc_hours):%Y/%m/%d %H:%M:%S.%f}"[:-3]

    def begin(self, actor, title):
        self.lines += [f">>>  [{title}]", f">>>  Section start {self._time(actor)}",
                       f"      cmd: {actor.process.command}"]

    def say(self, text):
        self.lines.append(text)

    def end(self, actor, code=0):
        status = "SUCCESS" if code == 0 else f"FAILURE(0x{code & 0xFFFF:08x})"
        self.lines += [f"<<<  Section end {self._time(actor)}", f"<<<  [Exit status: {status}]", ""]

    def text(self):
        return "\r\n".join(self.lines) + "\r\n"


class Poqexec:
    """poqexec.log in the layout known from its writer alone: run, tag, NTSTATUS, place, flag, primitive, arguments."""

    def __init__(self):
        self.lines = []

    def failed(self, run, status, place, primitive, arguments):
        self.lines.append(f"{run:x}: 832, {status:x}, {place:x}, 0, {primitive} ;{', '.join(arguments)}\r\n")

    def text(self):
        return "".join(self.lines)


def pending_xml(plan, identifier):
    """pending.xml, version 3.1, with the case's primitives."""
    rows = [f'<?xml version="1.0" encoding="utf-8"?>\r\n<PendingTransaction Version="3.1" WcpVersion="{plan.version}" Identifier="{identifier}">',
            '<POQ postAction="reboot">', '<BeginTransaction id="1"/>']
    for p in plan.primitives:
        if p.kind == "HardlinkFile" or p.kind == "MoveFile":
            source = p.source.replace("C:\\Windows", "\\SystemRoot", 1)
            rows.append(f'<{p.kind} source="{source}" destination="\\??\\{p.target}"/>')
        elif p.kind in ("DeleteFile", "SetFileInformation"):
            rows.append(f'<{p.kind} path="\\??\\{p.target}"/>')
        elif p.kind == "SetKeyValue":
            key, name = p.target.replace("HKLM", "\\Registry\\Machine", 1).rsplit("\\", 1)
            rows.append(f'<SetKeyValue path="{key}" name="{name}" type="0x00000004" encoding="base64" value="AQAAAA=="/>')
    rows += ["</POQ>", f'<InstallerQueue Length="{len(plan.components)}">']
    rows += [f'<Action Installer="{{81a34a10-4256-436a-89d6-794b97ca407c}}" Mode="delta" Phase="12" New="{c.identity}"/>'
             for c in plan.components[:6]]
    return "\r\n".join(rows + ["</InstallerQueue>", "</PendingTransaction>", ""])

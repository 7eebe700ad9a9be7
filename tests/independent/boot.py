"""A Windows start as Process Monitor's boot log sees it, up to the moment when servicing begins."""

SYSTEM32 = "C:\\Windows\\System32"
SERVICES = "HKLM\\System\\CurrentControlSet\\Services"
SESSION_MANAGER = "HKLM\\System\\CurrentControlSet\\Control\\Session Manager"
BOOT_DRIVERS = ["acpi.sys", "pci.sys", "partmgr.sys", "volmgr.sys", "storport.sys", "storahci.sys", "disk.sys", "fvevol.sys", "volsnap.sys",
                "mup.sys", "ndis.sys", "tcpip.sys", "afd.sys", "http.sys", "srv2.sys"]
HOSTS = [("DcomLaunch", "-k DcomLaunch -p"), ("RpcSs", "-k RPCSS -p"), ("EventLog", "-k LocalServiceNetworkRestricted -p -s EventLog"),
         ("Schedule", "-k netsvcs -p -s Schedule"), ("CryptSvc", "-k NetworkService -p -s CryptSvc"),
         ("Winmgmt", "-k netsvcs -p -s Winmgmt"), ("ProfSvc", "-k netsvcs -p -s ProfSvc"), ("Dnscache", "-k NetworkService -p")]
QUIET_SERVICES = ["AppXSVC", "AppReadiness", "BITS", "wuauserv", "msiserver", "Spooler", "W32Time", "LanmanServer", "WSearch", "StateRepository"]


class Boot:
    """One boot: the trace, and the processes that the story needs."""

    def __init__(self, trace, disabled=(), poqexec_loads=()):
        self.trace, self.rng, self.machine = trace, trace.rng, trace.machine
        self.disabled, self.poqexec_loads = set(disabled), poqexec_loads
        self.kernel = trace.actor(trace.system)
        self.agents, self.hosts = {}, {}
        self.services = self.ti = self.worker = self.explorer = None

    def kernel_start(self):
        for driver in BOOT_DRIVERS + [a.driver for a in self.machine.agents]:
            path = f"{SYSTEM32}\\drivers\\{driver}"
            self.kernel.create(path)
            self.kernel.mapping(path)
            self.kernel.load(path)
            self.kernel.close(path)
            name = driver.rsplit(".", 1)[0]
            self.kernel.open_key(f"{SERVICES}\\{name}")
            self.kernel.value(f"{SERVICES}\\{name}\\Start", number=0)
            self.kernel.value(f"{SERVICES}\\{name}\\Group", 0xC0000034)
            self.kernel.close_key(f"{SERVICES}\\{name}")
            self.trace.wait(self.rng.uniform(0.01, 0.08))
        smss = self.trace.start_process(self.kernel, "smss.exe", f"{SYSTEM32}\\smss.exe", "\\SystemRoot\\System32\\smss.exe", libraries=1)
        self.smss = smss
        smss.open_key(SESSION_MANAGER)
        smss.value(f"{SESSION_MANAGER}\\BootExecute", string="autocheck autochk *")
        smss.value(f"{SESSION_MANAGER}\\PlatformExecute", 0xC0000034)
        if self.rng.random() < 0.6:
            check = self.trace.start_process(smss, "autochk.exe", f"{SYSTEM32}\\autochk.exe", "autochk *", libraries=1)
            for volume in range(self.machine.volumes):
                check.create(f"{chr(67 + volume)}:")
                check.close(f"{chr(67 + volume)}:")
            check.exit()

    def renames(self, pairs):
        """PendingFileRenameOperations: (from, to or None, status). Gives the event of each."""
        smss, done = self.smss, []
        smss.value(f"{SESSION_MANAGER}\\PendingFileRenameOperations", 0 if pairs else 0xC0000034, string="..." if pairs else None)
        for source, target, status, step in pairs:
            opened = smss.create(source, status if step == "open" else 0, 0x110080, options=0x200040)
            if status and step == "open":
                done.append(opened)
                continue
            done.append(smss.rename(source, target, status) if target else smss.dispose(source, status))
            smss.close(source)
        if pairs:
            smss.delete_value(f"{SESSION_MANAGER}\\PendingFileRenameOperations")
        return done

    def setup_execute(self, command):
        """smss reads SetupExecute and starts poqexec where it is set."""
        smss = self.smss
        event = smss.value(f"{SESSION_MANAGER}\\SetupExecute", 0 if command else 0xC0000034, string=command)
        if not command:
            return None
        smss.query_open(f"{SYSTEM32}\\poqexec.exe", 0xC01C0004)
        poq = self.trace.start_process(smss, "poqexec.exe", f"{SYSTEM32}\\poqexec.exe", command, folder="C:\\Windows\\", libraries=1)
        for dll in self.poqexec_loads:
            poq.load(dll)
        return poq

    def logon_processes(self):
        t, smss = self.trace, self.smss
        child = t.start_process(smss, "smss.exe", f"{SYSTEM32}\\smss.exe", "\\SystemRoot\\System32\\smss.exe 000000d4 0000007c", libraries=1)
        csrss = t.start_process(child, "csrss.exe", f"{SYSTEM32}\\csrss.exe", f"{SYSTEM32}\\csrss.exe ObjectDirectory=\\Windows SharedSection=1024,20480,768 Windows=On")
        csrss.probe(f"{SYSTEM32}\\csrss.exe.Local", 0xC0000034)
        wininit = t.start_process(child, "wininit.exe", f"{SYSTEM32}\\wininit.exe", "wininit.exe")
        child.exit()
        self.services = t.start_process(wininit, "services.exe", f"{SYSTEM32}\\services.exe", f"{SYSTEM32}\\services.exe")
        self.lsass = t.start_process(wininit, "lsass.exe", f"{SYSTEM32}\\lsass.exe", f"{SYSTEM32}\\lsass.exe")
        other = t.start_process(smss, "smss.exe", f"{SYSTEM32}\\smss.exe", "\\SystemRoot\\System32\\smss.exe 000000f0 0000007c", libraries=1)
        self.winlogon = t.start_process(other, "winlogon.exe", f"{SYSTEM32}\\winlogon.exe", "winlogon.exe", session=1)
        other.exit()

    def read_service(self, name, start, image=None, found=True):
        services, key = self.services, f"{SERVICES}\\{name}"
        services.open_key(key, 0 if found else 0xC0000034)
        if not found:
            return None
        services.value(f"{key}\\Type", number=0x10)
        event = services.value(f"{key}\\Start", number=4 if name in self.disabled else start)
        services.value(f"{key}\\ErrorControl", number=1)
        services.value(f"{key}\\ImagePath", 0x80000005 if self.rng.random() < 0.3 else 0, string=image or f"%SystemRoot%\\System32\\{name}.exe")
        services.value(f"{key}\\DependOnService", 0xC0000034)
        services.value(f"{key}\\DelayedAutostart", 0xC0000034)
        services.close_key(key)
        return event

    def host(self, name, arguments, **more):
        """A service in its svchost."""
        path = f"{SYSTEM32}\\svchost.exe"
        self.read_service(name, 2, f"{path} {arguments}")
        svchost = self.trace.start_process(self.services, "svchost.exe", path, f"{path} {arguments}", **more)
        svchost.value(f"{SERVICES}\\{name}\\Parameters\\ServiceDll", string=f"{SYSTEM32}\\{name.lower()}.dll")
        svchost.load(f"{SYSTEM32}\\{name.lower()}.dll")
        self.hosts[name] = svchost
        return svchost

    def start_services(self):
        services = self.services
        services.open_key(SERVICES)
        for i in range(12):
            services.enum_key(SERVICES, i)
        services.enum_key(SERVICES, 12, 0x8000001A)
        for name in QUIET_SERVICES:
            self.read_service(name, 3)
        self.read_service("HTTP", 3, "system32\\drivers\\HTTP.sys")
        for name, arguments in HOSTS:
            self.host(name, arguments)
            self.trace.wait(self.rng.uniform(0.05, 0.2))
        for agent in self.machine.agents:
            self.start_agent(agent)

    def start_agent(self, agent):
        self.read_service(agent.service, 2, f'"{agent.folder}\\{agent.exe}"')
        actor = self.trace.start_process(self.services, agent.exe, f"{agent.folder}\\{agent.exe}", f'"{agent.folder}\\{agent.exe}"', company=agent.vendor)
        actor.create(f"{agent.data}\\config.dat")
        actor.read(f"{agent.data}\\config.dat", 4096)
        actor.close(f"{agent.data}\\config.dat")
        self.agents[agent.service] = actor
        return actor

    def end(self):
        """The restart: everything that still lives exits."""
        t = self.trace
        for process in [p for p in t.processes if p.name in ("TrustedInstaller.exe", "svchost.exe", "lsass.exe", "winlogon.exe") and not p.end]:
            t.actor(process).exit()
        if self.services:
            self.services.exit()
        t.wait(0.5)

"""What the update is to do: components, primitives, drivers, advanced installers."""

from collections import namedtuple

Component = namedtuple("Component", "name identity folder files")
Primitive = namedtuple("Primitive", "kind source target")

COMPONENTS = [
    ("kernel32", ["kernel32.dll"]), ("ntdll", ["ntdll.dll"]), ("win32k", ["win32k.sys", "win32kfull.sys"]), ("gdi32", ["gdi32.dll"]),
    ("ie-internetexplorer", ["iexplore.exe", "ieproxy.dll"]), ("rpc-local", ["rpcrt4.dll"]), ("lsa", ["lsasrv.dll"]),
    ("tcpip-driver-v6v4-package", ["tcpip.sys"]), ("smbserver-v2", ["srv2.sys"]), ("ntfs", ["ntfs.sys"]),
    ("scripting-jscript", ["jscript.dll", "jscript9.dll"]), ("mshtml", ["mshtml.dll"]), ("printing-spooler-core", ["localspl.dll", "spoolsv.exe"]),
    ("shell32", ["shell32.dll"]), ("msxml30", ["msxml3.dll"]), ("wmpnss-core", ["wmpnss.dll"]), ("crypt32-dll", ["crypt32.dll"]),
    ("http", ["http.sys"]), ("services-svchost", ["svchost.exe"]), ("directui", ["dui70.dll"]), ("hal", ["hal.dll"]),
    ("security-schannel", ["schannel.dll"]), ("wininet", ["wininet.dll"]), ("tdi-driver", ["tdx.sys"]), ("user32", ["user32.dll"]),
    ("usermodensi", ["nsisvc.dll"]), ("com-dtc-runtime", ["msdtcprx.dll"]), ("dns-client", ["dnsapi.dll", "dnsrslvr.dll"]),
    ("windowscodec", ["windowscodecs.dll"]), ("uxtheme", ["uxtheme.dll"]), ("mediaplayer-core", ["wmp.dll", "wmploc.dll"]),
    ("wordpad", ["wordpad.exe"]), ("photoviewer", ["PhotoViewer.dll"]), ("defender-service", ["MpSvc.dll"]),
    ("accessories-systemtools", ["cleanmgr.exe"]), ("wlansvc", ["wlansvc.dll"]), ("bth-driver", ["bthport.sys"]),
]
PROGRAM_FILES = {"ie-internetexplorer": "Internet Explorer", "wordpad": "Windows NT\\Accessories", "photoviewer": "Windows Photo Viewer",
                 "defender-service": "Windows Defender", "mediaplayer-core": "Windows Media Player"}
DRIVERS = ["machine.inf", "cpu.inf", "usbport.inf", "disk.inf", "netrtwlane.inf", "hdaudio.inf", "keyboard.inf", "msmouse.inf", "storahci.inf",
           "mshdc.inf", "flpydisk.inf", "ntprint.inf", "netathrx.inf", "wvms_pp.inf", "volsnap.inf", "acpi.inf", "bth.inf", "monitor.inf",
           "input.inf", "swenum.inf", "vhdmp.inf", "pci.inf"]
INSTALLERS = {
    "Network Drivers": ("{5fc56b9d-1f0b-4d38-9d29-5d6f0f6e2f3a}", "NetSetupAI.dll", 31),
    "Task Scheduler": ("{f3c9a4b1-9a5c-4d1f-8b6e-0c7c1d2f7a11}", "taskschd.dll", 34),
    "HTTP Installer": ("{17d9e4c5-1f0a-4c0a-a0ed-7a1c0d0a4b7e}", "httpai.dll", 33),
    "Generic Command": ("{81a34a10-4256-436a-89d6-794b97ca407c}", "cmiv2.dll", 38),
    "Container Installer": ("{9edf0f01-ef44-4c87-ac5a-8aad730137ab}", "containerai.dll", 39),
    "Root Devices": ("{3d07d150-2f3d-4184-9793-d0fd59b0c885}", "cmiadapter.dll", 30),
    "MOF Installer": ("{d4c4a7be-2f4b-4d0a-b5cb-21e0c3a0b7cd}", "mofinstall.dll", 36),
    "Events": ("{2b2d3c4a-7a0d-4b8e-9a2e-9c2f4f7b5a55}", "eventsinstaller.dll", 32),
    "Per-User Registry Installer": ("{99b8ae5c-52a0-4a43-a9c4-9b0d7a6ab001}", "peruserai.dll", 37),
    "Firewall Installer": ("{b0b8d6c6-1d8d-4a9f-a5d0-2b7c43df0f17}", "fwai.dll", 35),
}


class Plan:
    def __init__(self, machine, rng):
        self.version = machine.version_of(machine.revision)
        self.drivers = rng.sample(DRIVERS, rng.randrange(5, 12))
        self.driver_folder = {i: f"{machine.system_root}\\System32\\DriverStore\\FileRepository\\{i}_{machine.arch}_{rng.getrandbits(64):016x}"
                              for i in DRIVERS}
        self.components, self.primitives = [], []
        inside = [c for c in COMPONENTS if c[0] in PROGRAM_FILES]
        others = [c for c in COMPONENTS if c[0] not in PROGRAM_FILES]
        chosen = rng.sample(inside, rng.randrange(2, len(inside) + 1)) + rng.sample(others, rng.randrange(12, len(others)))
        for name, files in rng.sample(chosen, len(chosen)):
            folder = f"C:\\Windows\\WinSxS\\{machine.arch}_microsoft-windows-{name}_31bf3856ad364e35_{self.version}_none_{rng.getrandbits(64):016x}"
            identity = f"Microsoft-Windows-{name.title()}, version {self.version}, arch {machine.arch}, nonSxS, pkt {{l:8 b:31bf3856ad364e35}}"
            self.components.append(Component(name, identity, folder, files))
            for file in files:
                if file.endswith(".sys"):
                    target = f"C:\\Windows\\System32\\drivers\\{file}"
                elif name in PROGRAM_FILES:
                    target = f"C:\\Program Files\\{PROGRAM_FILES[name]}\\{file}"
                else:
                    target = f"C:\\Windows\\System32\\{file}"
                self.primitives.append(Primitive("HardlinkFile", f"{folder}\\{file}", target))
            key = f"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\SideBySide\\Winners\\{machine.arch}_microsoft-windows-{name}_31bf3856ad364e35_none\\10.0"
            self.primitives.append(Primitive("SetKeyValue", None, f"{key}\\(Default)"))
            if rng.random() < 0.4 or name == chosen[0][0]:
                temp = f"C:\\Windows\\WinSxS\\Temp\\PendingRenames\\{rng.getrandbits(64):016x}01000000e40b4c13.$$.cdf-ms"
                self.primitives.append(Primitive("MoveFile", temp, f"C:\\Windows\\WinSxS\\FileMaps\\$$_{name.replace('-', '_')}_{rng.getrandbits(64):016x}.cdf-ms"))
            if rng.random() < 0.3 or name == chosen[0][0]:
                self.primitives.append(Primitive("DeleteFile", None, f"C:\\Windows\\WinSxS\\Temp\\PendingDeletes\\$$DeleteMe.{files[0]}.{rng.getrandbits(64):016x}.{rng.randrange(9999):04d}"))
        rng.shuffle(self.primitives)
        names = [n for n in INSTALLERS if n not in ("Container Installer", "HTTP Installer")]
        self.installers = rng.sample(names, rng.randrange(3, 6))

    def choose(self, rng, kind, accept=lambda p: True):
        """The number of a primitive of this kind, past the first third."""
        fit = [i for i, p in enumerate(self.primitives) if p.kind == kind and accept(p)]
        late = [i for i in fit if i > len(self.primitives) // 3]
        return rng.choice(late or fit)

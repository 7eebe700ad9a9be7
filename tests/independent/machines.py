"""The machines and what third parties installed on them. All names are made up; builds and paths are Windows' own."""

FILETIME_1601 = 116444736000000000
SECOND = 10_000_000


class Agent:
    """A third-party product: its service process, its driver, the folders that it watches or writes."""

    def __init__(self, kind, vendor, product, exe, driver, service, dll=None):
        self.kind, self.vendor, self.product, self.exe = kind, vendor, product, exe
        self.driver, self.service, self.dll = driver, service, dll
        self.folder = f"C:\\Program Files\\{vendor}\\{product}"
        self.data = f"C:\\ProgramData\\{vendor}\\{product}"


AGENTS = [
    Agent("antivirus", "Nordlys Security", "Nordlys Antivirus", "nlavsvc.exe", "nlavflt.sys", "NlAvService", "nlavhook64.dll"),
    Agent("edr", "Pellworm Labs", "Sentryl EDR", "SentrylAgent.exe", "sntrlmon.sys", "SentrylAgent", "sntrlinj.dll"),
    Agent("backup", "Tresorwerk", "Tresor Backup", "twbkagent.exe", "twvolflt.sys", "TWBackupAgent"),
    Agent("dlp", "Fermata", "DataFence Endpoint", "dfendpt.exe", "dffsfd.sys", "DataFence", "dfhook.dll"),
    Agent("printer", "Kobalt Imaging", "PrintWatch", "kpwmon.exe", "kpwusb.sys", "KPrintWatch"),
    Agent("inventory", "Outrigger", "Asset Collector", "orcollect.exe", "ordrv.sys", "OutriggerCollector"),
    Agent("epm", "Halyard", "Privilege Desk", "hpdsvc.exe", "hpdflt.sys", "HalyardPD", "hpdcore64.dll"),
    Agent("encryption", "青松科技", "文档卫士", "qsguard.exe", "qsfse.sys", "QsGuard", "qshook.dll"),
]


class Machine:
    def __init__(self, **facts):
        self.__dict__.update(facts)

    @property
    def stack(self):
        return (f"{self.system_root}\\winsxs\\{self.arch}_microsoft-windows-servicingstack_31bf3856ad364e35_"
                f"{self.version_of(self.stack_revision)}_none_{self.stack_hash}")

    @property
    def arch(self):
        return "amd64" if self.x64 else "x86"

    def version_of(self, revision):
        return f"{self.major}.{self.minor}.{self.build}.{revision}"


def product(name, build, server, x64, revision, kb, stack_revision, shutdown_drivers=False):
    return dict(name=name, build=build, product_type=3 if server else 1, x64=x64, revision=revision, kb=kb,
                stack_revision=stack_revision, shutdown_drivers=shutdown_drivers, major=10, minor=0, service_pack="")


PRODUCTS = [
    product("Windows 10 Enterprise LTSC 2019", 17763, False, True, 6189, "KB5041578", 6054),
    product("Windows 10 Enterprise LTSC 2019 x86", 17763, False, False, 5458, "KB5034768", 5328),
    product("Windows Server 2019", 17763, True, True, 5936, "KB5039217", 5830),
    product("Windows Server 2016", 14393, True, True, 7070, "KB5039214", 6982),
    product("Windows 10 1909", 18363, False, True, 1556, "KB5001028", 1474, True),
    product("Windows 10 22H2", 19045, False, True, 4651, "KB5040427", 4585),
    product("Windows 10 22H2 x86", 19045, False, False, 4412, "KB5037768", 4351),
    product("Windows 11 23H2", 22631, False, True, 3880, "KB5040442", 3876),
    product("Windows 11 24H2", 26100, False, True, 2314, "KB5046617", 2303),
]
LOCALES = [
    ("en-US", "NT AUTHORITY\\SYSTEM", -8, "WS"), ("de-DE", "NT-AUTORITÄT\\SYSTEM", 2, "BUERO"),
    ("zh-CN", "NT AUTHORITY\\SYSTEM", 8, "生产线"), ("fr-FR", "AUTORITE NT\\Système", 1, "ATELIER"),
    ("en-GB", "NT AUTHORITY\\SYSTEM", 0, "LDN"), ("pt-BR", "AUTORIDADE NT\\SISTEMA", -3, "FILIAL"),
]
USERS = ["lena", "王伟", "j.dupont", "svc-kiosk", "Administrator", "m.müller"]


def pick(rng, **wish):
    """A machine by chance. `wish` may fix: build, locale, x64, drive of Program Files."""
    products = [p for p in PRODUCTS if all(p.get(k) == v for k, v in wish.items() if k in ("build", "x64"))]
    facts = dict(rng.choice(products))
    locale = next((l for l in LOCALES if l[0] == wish.get("locale")), None) or rng.choice(LOCALES)
    facts["locale"], facts["system_user"], facts["utc_hours"], prefix = locale
    day = rng.randrange(0, 700)
    facts.update(
        host=f"{prefix}-{rng.randrange(100, 9999)}", system_root="C:\\Windows", processors=rng.choice([2, 4, 8, 16]),
        memory=rng.choice([4, 8, 16, 32]) << 30, stack_hash=f"{rng.getrandbits(64):016x}", user=rng.choice(USERS),
        volumes=rng.choice([1, 2, 3, 5]), agents=rng.sample(AGENTS, rng.randrange(1, 5)),
        boot_time=FILETIME_1601 + (1_714_000_000 + day * 86400 + rng.randrange(86400)) * SECOND + rng.randrange(SECOND))
    return Machine(**facts)

//! What the stack of an operation says.

use std::{fmt, sync::Arc};

use timeline::{Event, Module, Process, Stack, Timeline, Words};

use super::{
    frames::{Run, Runs},
    issuer::Issuer,
    modules::{Kind, Part},
};

/// Frames of servicing that make a call site. wcp.dll opens all files at one place; those that call it say why.
const SITE: usize = 3;

/// Where in servicing's code an operation is asked for: modules and places in them, the nearest to the operation first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Site(Vec<(Arc<Module>, u64)>);

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.first() {
            Some((module, offset)) => write!(f, "{}+0x{offset:x}", module.name()),
            None => Ok(()),
        }
    }
}

/// What the stack of an operation of a servicing process says.
#[derive(Debug, Clone)]
pub struct Call {
    /// The stack.
    pub stack: Stack,
    /// Whose operation it is.
    pub issuer: Issuer,
    /// The part of servicing that asked for it.
    pub part: Option<Part>,
    /// The library of the advanced installer that asked for it, or of the driver's own installer.
    pub installer: Option<Arc<Module>>,
    /// Only the core of servicing and Windows' basic libraries are in it: no installer can have asked.
    pub direct: bool,
    /// Where in servicing's code.
    pub site: Option<Site>,
    /// Other products that the operation went through, without being theirs.
    pub interferers: Vec<Arc<Module>>,
}

impl Call {
    /// What the stack of an event says. `None` if it has none, and for a process that does not service Windows.
    #[must_use]
    pub fn of(timeline: &Timeline<'_>, event: &Event) -> Option<Self> {
        let process = timeline.process_of(event).filter(|process| process.role.services_updates())?;
        Some(Self::new(timeline.stack(event.id)?, process))
    }

    pub(super) fn new(stack: Stack, process: &Process) -> Self {
        let runs = Runs::of(&stack);
        let issuer = Issuer::of(&runs, process);
        let own = || servicing(&runs.user);
        let is_installer = |run: &&Run| run.kind == Kind::Servicing(Part::Installer);
        let nearest = own().next().map(|(_, part)| part);
        let installer = runs.user.iter().find(is_installer).or_else(|| driver_installer(&runs.user));
        // An installer asks through the component store and the settings as well.
        let part = match nearest {
            Some(Part::Reporting | Part::DriverQueue) => nearest,
            _ if runs.user.iter().any(|run| is_installer(&run)) => Some(Part::Installer),
            _ => nearest,
        };
        let mut interferers: Vec<Arc<Module>> = Vec::new();
        let inner = own().next().map_or(0, |(at, _)| at);
        let before_servicing = runs.user.get(..inner).unwrap_or_default();
        for run in runs.kernel.iter().chain(before_servicing).filter(|run| run.kind.is_outsider()) {
            let known = [issuer.outsider(), installer.map(|run| &run.module)];
            if !known.contains(&Some(&run.module)) && !interferers.contains(&run.module) {
                interferers.push(Arc::clone(&run.module));
            }
        }
        Self {
            part,
            installer: installer.map(|run| Arc::clone(&run.module)),
            direct: part.is_some() && runs.user.iter().all(|run| run.kind.is_core(&run.module)),
            site: issuer.outsider().is_none().then(|| Site::of(&stack)).flatten(),
            issuer,
            interferers,
            stack,
        }
    }

    /// Whether other products are in the stack.
    #[must_use]
    pub fn shows_others(&self) -> bool {
        self.issuer.outsider().is_some() || !self.interferers.is_empty()
    }

    /// The parts worth a line beside the operation.
    #[must_use]
    pub fn words(&self, process: &str) -> Option<Words> {
        if let Some(module) = self.issuer.outsider() {
            let who = module.described();
            return Some(Words::new(
                format!("{who} started this operation on a thread of {process}: it is not servicing's own"),
                format!("{who} 在 {process} 的线程上发起此操作：并非服务堆栈自身的操作"),
            ));
        }
        let (mut en, mut zh) = (Vec::new(), Vec::new());
        if let Some(installer) = &self.installer {
            en.push(format!("asked for by the installer {}", installer.name()));
            zh.push(format!("由安装程序 {} 发起", installer.name()));
        } else if let Some(part) = self.part {
            en.push(format!("asked for by {}", part.words().en));
            zh.push(format!("由{}发起", part.words().zh));
        }
        if !self.interferers.is_empty() {
            let list: Vec<String> = self.interferers.iter().map(|module| module.described()).collect();
            en.push(format!("it went through {}", list.join(", ")));
            zh.push(format!("途经 {}", list.join("、")));
        }
        (!en.is_empty()).then(|| Words::new(en.join("; "), zh.join("；")))
    }
}

impl Site {
    fn of(stack: &Stack) -> Option<Self> {
        let frames =
            stack.frames.iter().filter(|frame| !frame.is_kernel).filter_map(|frame| frame.module.as_ref());
        let own = frames.filter(|(module, _)| matches!(Kind::of(module), Kind::Servicing(_)));
        let site: Vec<_> = own.take(SITE).map(|(module, offset)| (Arc::clone(module), *offset)).collect();
        (!site.is_empty()).then_some(Self(site))
    }
}

/// The runs of servicing, with their places.
fn servicing(user: &[Run]) -> impl Iterator<Item = (usize, Part)> {
    user.iter().enumerate().filter_map(|(at, run)| match run.kind {
        Kind::Servicing(part) => Some((at, part)),
        _ => None,
    })
}

/// The library of another product that the driver queue called, and that asked for the operation.
fn driver_installer(user: &[Run]) -> Option<&Run> {
    let (at, part) = servicing(user).next()?;
    let inner = user.get(..at)?;
    inner.iter().rev().find(|run| part == Part::DriverQueue && run.kind == Kind::ThirdParty)
}

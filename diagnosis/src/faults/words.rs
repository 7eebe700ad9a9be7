//! What failed, in words.

use timeline::{Object, Ticks, UpdateStep, Words};

use super::{
    Detail, Fault, FaultKind,
    collect::component_name,
    fault::{is_store_folder, package_name, package_text},
};

/// An installer and what it worked on.
fn of_installer(installer: &str, component: Option<&str>) -> (String, String) {
    match component {
        Some(component) => (format!("{installer}, for {component},"), format!("{installer}（{component}）")),
        None => (installer.to_owned(), installer.to_owned()),
    }
}

/// The app of the Microsoft Store that an update is for: `9NCBCSZSJRSB-SpotifyAB.SpotifyMusic`.
pub(crate) fn store_app(update: &str) -> Option<&str> {
    let (product, app) = update.split_once('-')?;
    let of_store = product.len() == 12
        && product.starts_with('9')
        && product.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    (of_store && app.contains('.')).then_some(app)
}

/// Sentences of a tool as a clause of one sentence.
fn one_sentence(said: &str) -> String {
    said.trim_end_matches(['.', '。', ' ']).replace(". ", "; ").replace('。', "；")
}

/// What failed, as a clause. How it ends decides how its code is joined to it.
struct Clause {
    en: String,
    zh: String,
    ends: Ends,
}

/// How the English clause ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// With `failed`: `failed with 2`.
    Failed,
    /// In another way: `could not be made (2)`.
    Otherwise,
}

impl Clause {
    /// `{en} failed`
    fn failed(en: impl AsRef<str>, zh: impl AsRef<str>) -> Self {
        let (en, zh) = (format!("{} failed", en.as_ref()), format!("{}失败", zh.as_ref()));
        Self { en, zh, ends: Ends::Failed }
    }

    /// Any other sentence.
    fn says(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into(), ends: Ends::Otherwise }
    }
}

impl Fault {
    /// What failed, in words.
    #[must_use]
    pub fn words(&self) -> Words {
        let Clause { mut en, mut zh, ends } = self.subject();
        if let Some(took) = self.took.filter(|t| *t >= Ticks::seconds(1)) {
            en = format!("{en} after {:.0} s", took.as_seconds());
            zh = format!("{zh}，历时 {:.0} 秒", took.as_seconds());
        }
        let code = self.code_text();
        if !code.is_empty() && self.kind != FaultKind::Stage {
            en = match ends {
                Ends::Failed => format!("{en} with {code}"),
                Ends::Otherwise => format!("{en} ({code})"),
            };
            zh = format!("{zh}，代码 {code}");
        }
        if let Some((more_en, more_zh)) = self.more() {
            en = format!("{en}, {more_en}");
            zh = format!("{zh}，{more_zh}");
        }
        Words::new(en, zh)
    }

    fn subject(&self) -> Clause {
        let item = match &self.binary {
            Some(binary) => format!("{} ({binary})", self.item),
            None => self.item.clone(),
        };
        let package = package_name(&self.item);
        let of = |file: &str| match &self.component {
            Some(component) => (format!("{file} of {component}"), format!("{component} 的 {file}")),
            None => (file.to_owned(), file.to_owned()),
        };
        match self.kind {
            FaultKind::Command => {
                let of = self.component.as_deref().map_or_else(String::new, |name| format!(" of {name}"));
                let zh = self.component.as_deref().map_or_else(String::new, |name| format!("（{name}）"));
                Clause::says(
                    format!("a generic command{of} ended with {item}"),
                    format!("通用命令{zh}以 {item} 结束"),
                )
            }
            FaultKind::Installer => {
                let (en, zh) = of_installer(&item, self.component.as_deref());
                Clause::failed(format!("the installer {en}"), format!("安装程序 {zh} "))
            }
            FaultKind::Driver => {
                Clause::failed(format!("the driver update {item}"), format!("驱动程序更新 {item} "))
            }
            FaultKind::DriverIdentity => Clause::says(
                format!("the driver queue's entry {item} cannot be read"),
                format!("无法读取驱动程序操作队列条目 {item}"),
            ),
            FaultKind::Component => {
                Clause::says(format!("the component {item} was removed"), format!("组件 {item} 已被删除"))
            }
            FaultKind::DriverCall | FaultKind::Setup => Clause::failed(&item, format!("{item} ")),
            FaultKind::Primitive => {
                Clause::says(format!("poqexec could not do {item}"), format!("poqexec 无法执行 {item}"))
            }
            FaultKind::Poqexec => Clause::failed("poqexec.exe", "poqexec.exe "),
            FaultKind::Stack => Clause::says(
                format!("the package {package} needs a newer servicing stack"),
                format!("程序包 {package} 需要更新的服务堆栈 (servicing stack)"),
            ),
            FaultKind::Manifest => {
                let package = package_text(&self.item);
                Clause::says(
                    format!("the manifest of the installed package {package} is missing"),
                    format!("已安装程序包 {package} 的清单缺失"),
                )
            }
            FaultKind::Catalog => Clause::says(
                format!("the catalog {item} could not be verified"),
                format!("编录文件 {item} 无法通过验证"),
            ),
            FaultKind::RegistryValue => Clause::says(
                format!("a value of servicing in the registry, for {package}, is not a dword"),
                format!("注册表中 {package} 的服务堆栈值不是 dword 类型"),
            ),
            FaultKind::File if item.is_empty() => {
                Clause::says("the files of the package could not be unpacked", "无法解包程序包的文件")
            }
            FaultKind::File if is_store_folder(&item) => Clause::says(
                format!("the folder {item} of the component store could not be found"),
                format!("找不到组件存储的文件夹 {item}"),
            ),
            FaultKind::File => {
                let (en, zh) = of(&item);
                Clause::says(
                    format!("the file {en} could not be found or made"),
                    format!("无法找到或生成文件 {zh}"),
                )
            }
            FaultKind::Hydration if item.is_empty() => {
                let component = self.component.as_deref();
                Clause::says(
                    format!(
                        "the files of {} could not be made from their deltas",
                        component.unwrap_or("a component")
                    ),
                    format!(
                        "无法由增量生成{}的文件",
                        component.map_or("组件".to_owned(), |c| format!(" {c} "))
                    ),
                )
            }
            FaultKind::Hydration => {
                let (en, zh) = of(&item);
                Clause::says(
                    format!("the file {en} could not be made from its delta"),
                    format!("无法由增量生成文件 {zh}"),
                )
            }
            FaultKind::Store => Clause::says("the component store could not be opened", "无法打开组件存储"),
            FaultKind::DriverQueue => {
                Clause::says("the driver operations queue could not be loaded", "无法加载驱动程序操作队列")
            }
            FaultKind::Download if item.is_empty() => Clause::failed("the download", "下载"),
            FaultKind::Download => Clause::failed(format!("the download of {item}"), format!("下载 {item} ")),
            FaultKind::Call => Clause::failed(
                format!("servicing could not use {item}: the call"),
                format!("服务堆栈无法使用 {item}：调用"),
            ),
            FaultKind::Service => Clause::says(
                format!("the service {item} could not be started"),
                format!("无法启动服务 {item}"),
            ),
            FaultKind::Commit => Clause::says("the transaction could not be committed", "事务无法提交"),
            FaultKind::Pending => Clause::says(
                "an earlier transaction is still pending and waits for a restart",
                "先前的事务仍未完成，正等待重启",
            ),
            FaultKind::Hang if item.is_empty() => {
                Clause::says("startup processing made no progress", "启动处理没有进展")
            }
            FaultKind::Hang => {
                let (en, zh) = of_installer(&item, self.component.as_deref());
                Clause::says(
                    format!("startup processing made no progress while the installer {en} was at work"),
                    format!("安装程序 {zh} 运行期间，启动处理没有进展"),
                )
            }
            FaultKind::Restart => Clause::says("the restart could not be made", "无法重启"),
            FaultKind::Stage => Clause::says(&*self.text, &*self.text),
            FaultKind::Feature if self.is_removal() => {
                Clause::failed(format!("the removal of the feature {item}"), format!("删除功能 {item} "))
            }
            FaultKind::Feature => Clause::failed(format!("the feature {item}"), format!("功能 {item} ")),
            FaultKind::Repair => {
                Clause::failed("the check or repair of the component store", "组件存储的检查或修复")
            }
            FaultKind::Package => {
                let package = package_text(&self.item);
                if self.is_removal() {
                    Clause::failed(
                        format!("the removal of the package {package}"),
                        format!("删除程序包 {package} "),
                    )
                } else {
                    Clause::failed(format!("the package {package}"), format!("程序包 {package} "))
                }
            }
            FaultKind::Session if item.is_empty() => Clause::failed("the session", "会话"),
            FaultKind::Session => {
                Clause::failed(format!("the session on {package}"), format!("处理 {package} 的会话"))
            }
            FaultKind::Status => Clause::failed("the update", "更新"),
            FaultKind::Dism if item.is_empty() => Clause::failed("a dism command", "dism 命令"),
            FaultKind::Dism => {
                let said = one_sentence(&item);
                Clause::says(format!("a dism command failed: {said}"), format!("dism 命令失败：{said}"))
            }
            FaultKind::WindowsSetup => Clause::says(
                format!("Windows Setup failed: {}", item.trim_end_matches('.')),
                format!("Windows 安装程序失败：{}", item.trim_end_matches('.')),
            ),
            FaultKind::Recovery => Clause::says(
                format!("the recovery environment could not be updated: {}", item.trim_end_matches('.')),
                format!("无法更新恢复环境：{}", item.trim_end_matches('.')),
            ),
            FaultKind::Device => {
                Clause::failed(format!("the driver installation {item}"), format!("驱动程序安装 {item} "))
            }
            FaultKind::Update => self.client_words(&item),
        }
    }

    /// What the update client was doing.
    pub(crate) fn client_step(&self) -> UpdateStep {
        match self.detail {
            Some(Detail::Client(step)) => step,
            _ => UpdateStep::Install,
        }
    }

    /// What the update client could not do.
    fn client_words(&self, update: &str) -> Clause {
        let step = self.client_step();
        let (of, of_zh) = if update.is_empty() {
            ("an update", "更新".to_owned())
        } else {
            (update, format!(" {update} "))
        };
        let (en, zh) = match (step, store_app(update)) {
            (UpdateStep::Search, _) => ("the search for updates".to_owned(), "搜索更新".to_owned()),
            (UpdateStep::Evaluate, _) => {
                return Clause::says(
                    format!("the search could not tell whether {of} applies to this machine"),
                    format!("搜索时无法判断{of_zh}是否适用于此计算机"),
                );
            }
            (UpdateStep::Download, None) => (format!("the download of {of}"), format!("下载{of_zh}")),
            (UpdateStep::Uninstall, _) => (format!("the removal of {of}"), format!("卸载{of_zh}")),
            (_, Some(app)) => (
                format!("the update of the Microsoft Store app {app}"),
                format!("Microsoft Store 应用 {app} 的更新"),
            ),
            (UpdateStep::Install, None) if update.is_empty() => ("an update".to_owned(), "更新".to_owned()),
            (UpdateStep::Install, None) => (format!("the update {update}"), format!("更新 {update} ")),
        };
        Clause::failed(en, zh)
    }

    /// What else the log names.
    fn more(&self) -> Option<(String, String)> {
        // The item of a section of setupapi.dev.log has the driver's name.
        let is_said = |object: &Object<String>| object.name() == self.item || self.kind == FaultKind::Setup;
        let named = self.names.first().filter(|object| !is_said(object)).map(|object| match object {
            Object::Driver(driver) => {
                (format!("while it worked on the driver {driver}"), format!("当时正在处理驱动程序 {driver}"))
            }
            Object::Component(entry) => (
                format!("because the store's entry of {} is incomplete", component_name(entry)),
                format!("原因是组件存储中 {} 的条目不完整", component_name(entry)),
            ),
            Object::Service(service) => (
                format!("because the service {service} could not be started"),
                format!("原因是服务 {service} 无法启动"),
            ),
            other => (format!("at {}", other.name()), format!("涉及 {}", other.name())),
        });
        let detail = self.detail.as_ref().and_then(|detail| {
            Some(match detail {
                Detail::Client(_) | Detail::Removal => return None,
                Detail::Stack { needed, present } => (
                    format!("version {needed}, and has {present}"),
                    format!("需要版本 {needed}，现有 {present}"),
                ),
                Detail::Base(base) => (format!("which is for {base}"), format!("该增量对应 {base}")),
                Detail::Command(command) => (format!("asked for by {command}"), format!("命令：{command}")),
                Detail::Output(output) => (format!("saying {output}"), format!("输出：{output}")),
            })
        });
        match (named, detail) {
            (Some((en, zh)), Some((more_en, more_zh))) => {
                Some((format!("{en}, {more_en}"), format!("{zh}，{more_zh}")))
            }
            (named, detail) => named.or(detail),
        }
    }
}

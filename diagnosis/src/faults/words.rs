//! What failed, in words.

use timeline::{Object, Ticks, UpdateStep, Words};

use super::{
    Detail, Fault, FaultKind,
    collect::component_name,
    fault::{package_name, package_text},
};

/// An installer and what it worked on.
fn of_installer(installer: &str, component: Option<&str>) -> (String, String) {
    match component {
        Some(component) => (format!("{installer}, for {component},"), format!("{installer}（{component}）")),
        None => (installer.to_owned(), installer.to_owned()),
    }
}

/// Whether a path is that of a component's folder.
fn is_store_folder(path: &str) -> bool {
    let parent = path.rsplit_once('\\').map(|(parent, _)| parent.to_ascii_lowercase());
    parent.is_some_and(|parent| parent.ends_with("\\winsxs"))
}

/// Sentences of a tool as a clause of one sentence.
fn one_sentence(said: &str) -> String {
    said.trim_end_matches(['.', '。', ' ']).replace(". ", "; ").replace('。', "；")
}

impl Fault {
    /// What failed, in words.
    #[must_use]
    pub fn words(&self) -> Words {
        let (mut en, mut zh) = self.subject();
        // "could not be made with 2" would be no English.
        let failed = en.ends_with("failed");
        if let Some(took) = self.took.filter(|t| *t >= Ticks::seconds(1)) {
            en = format!("{en} after {:.0} s", took.as_seconds());
            zh = format!("{zh}，历时 {:.0} 秒", took.as_seconds());
        }
        let code = self.code_text();
        if !code.is_empty() && self.kind != FaultKind::Stage {
            en = if failed { format!("{en} with {code}") } else { format!("{en} ({code})") };
            zh = format!("{zh}，代码 {code}");
        }
        if let Some((more_en, more_zh)) = self.more() {
            en = format!("{en}, {more_en}");
            zh = format!("{zh}，{more_zh}");
        }
        Words::new(en, zh)
    }

    fn subject(&self) -> (String, String) {
        let item = match &self.binary {
            Some(binary) => format!("{} ({binary})", self.item),
            None => self.item.clone(),
        };
        let package = package_name(&self.item);
        let of = |file: &str| match &self.component {
            Some(component) => (format!("{file} of {component}"), format!("{component} 的 {file}")),
            None => (file.to_owned(), file.to_owned()),
        };
        let fixed = |en: &str, zh: &str| (en.to_owned(), zh.to_owned());
        match self.kind {
            FaultKind::Command => {
                let of = self.component.as_deref().map_or_else(String::new, |name| format!(" of {name}"));
                let zh = self.component.as_deref().map_or_else(String::new, |name| format!("（{name}）"));
                (format!("a generic command{of} ended with {item}"), format!("通用命令{zh}以 {item} 结束"))
            }
            FaultKind::Installer => {
                let (en, zh) = of_installer(&item, self.component.as_deref());
                (format!("the installer {en} failed"), format!("安装程序 {zh} 失败"))
            }
            FaultKind::Driver => {
                (format!("the driver update {item} failed"), format!("驱动程序更新 {item} 失败"))
            }
            FaultKind::DriverIdentity => (
                format!("the driver queue's entry {item} cannot be read"),
                format!("无法读取驱动程序操作队列条目 {item}"),
            ),
            FaultKind::Component => {
                (format!("the component {item} was removed"), format!("组件 {item} 已被删除"))
            }
            FaultKind::DriverCall | FaultKind::Setup => (format!("{item} failed"), format!("{item} 失败")),
            FaultKind::Primitive => {
                (format!("poqexec could not do {item}"), format!("poqexec 无法执行 {item}"))
            }
            FaultKind::Poqexec => fixed("poqexec.exe failed", "poqexec.exe 失败"),
            FaultKind::Stack => (
                format!("the package {package} needs a newer servicing stack"),
                format!("程序包 {package} 需要更新的服务堆栈 (servicing stack)"),
            ),
            FaultKind::Manifest => {
                let package = package_text(&self.item);
                (
                    format!("the manifest of the installed package {package} is missing"),
                    format!("已安装程序包 {package} 的清单缺失"),
                )
            }
            FaultKind::Catalog => {
                (format!("the catalog {item} could not be verified"), format!("编录文件 {item} 无法通过验证"))
            }
            FaultKind::RegistryValue => (
                format!("a value of servicing in the registry, for {package}, is not a dword"),
                format!("注册表中 {package} 的服务堆栈值不是 dword 类型"),
            ),
            FaultKind::File if item.is_empty() => {
                fixed("the files of the package could not be unpacked", "无法解包程序包的文件")
            }
            FaultKind::File if is_store_folder(&item) => (
                format!("the folder {item} of the component store could not be found"),
                format!("找不到组件存储的文件夹 {item}"),
            ),
            FaultKind::File => {
                let (en, zh) = of(&item);
                (format!("the file {en} could not be found or made"), format!("无法找到或生成文件 {zh}"))
            }
            FaultKind::Hydration => {
                let (en, zh) = of(&item);
                (
                    format!("the file {en} could not be made from its delta"),
                    format!("无法由增量生成文件 {zh}"),
                )
            }
            FaultKind::Store => fixed("the component store could not be opened", "无法打开组件存储"),
            FaultKind::DriverQueue => {
                fixed("the driver operations queue could not be loaded", "无法加载驱动程序操作队列")
            }
            FaultKind::Download if item.is_empty() => fixed("the download failed", "下载失败"),
            FaultKind::Download => (format!("the download of {item} failed"), format!("下载 {item} 失败")),
            FaultKind::Call => (
                format!("servicing could not use {item}: the call failed"),
                format!("服务堆栈无法使用 {item}：调用失败"),
            ),
            FaultKind::Service => {
                (format!("the service {item} could not be started"), format!("无法启动服务 {item}"))
            }
            FaultKind::Commit => fixed("the transaction could not be committed", "事务无法提交"),
            FaultKind::Pending => fixed(
                "an earlier transaction is still pending and waits for a restart",
                "先前的事务仍未完成，正等待重启",
            ),
            FaultKind::Hang if item.is_empty() => {
                fixed("startup processing made no progress", "启动处理没有进展")
            }
            FaultKind::Hang => {
                let (en, zh) = of_installer(&item, self.component.as_deref());
                (
                    format!("startup processing made no progress while the installer {en} was at work"),
                    format!("安装程序 {zh} 运行期间，启动处理没有进展"),
                )
            }
            FaultKind::Restart => fixed("the restart could not be made", "无法重启"),
            FaultKind::Stage => (self.text.clone(), self.text.clone()),
            FaultKind::Feature if self.is_removal() => {
                (format!("the removal of the feature {item} failed"), format!("删除功能 {item} 失败"))
            }
            FaultKind::Feature => (format!("the feature {item} failed"), format!("功能 {item} 失败")),
            FaultKind::Repair => {
                fixed("the check or repair of the component store failed", "组件存储的检查或修复失败")
            }
            FaultKind::Package => {
                let package = package_text(&self.item);
                (format!("the package {package} failed"), format!("程序包 {package} 失败"))
            }
            FaultKind::Session if item.is_empty() => fixed("the session failed", "会话失败"),
            FaultKind::Session => {
                (format!("the session on {package} failed"), format!("处理 {package} 的会话失败"))
            }
            FaultKind::Status => fixed("the update failed", "更新失败"),
            FaultKind::Dism if item.is_empty() => fixed("a dism command failed", "dism 命令失败"),
            FaultKind::Dism => {
                let said = one_sentence(&item);
                (format!("a dism command failed: {said}"), format!("dism 命令失败：{said}"))
            }
            FaultKind::WindowsSetup => (
                format!("Windows Setup failed: {}", item.trim_end_matches('.')),
                format!("Windows 安装程序失败：{}", item.trim_end_matches('.')),
            ),
            FaultKind::Device => {
                (format!("the driver installation {item} failed"), format!("驱动程序安装 {item} 失败"))
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
    fn client_words(&self, update: &str) -> (String, String) {
        let step = self.client_step();
        let (of, of_zh) = if update.is_empty() { ("an update", "更新") } else { (update, update) };
        match step {
            UpdateStep::Search => ("the search for updates failed".to_owned(), "搜索更新失败".to_owned()),
            UpdateStep::Download => (format!("the download of {of} failed"), format!("下载 {of_zh} 失败")),
            UpdateStep::Uninstall => (format!("the removal of {of} failed"), format!("卸载 {of_zh} 失败")),
            UpdateStep::Install if update.is_empty() => {
                ("an update failed".to_owned(), "更新失败".to_owned())
            }
            UpdateStep::Install => (format!("the update {update} failed"), format!("更新 {update} 失败")),
        }
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

// What the script itself says, in both languages; `{}` is filled in order.
const WORDS = {
  reading: ['Reading the files', '正在读取文件'],
  analysing: ['Analysing', '正在分析'],
  good: ['good boot', '基准启动'],
  done: ['done', '完成'],
  skipped: ['not needed', '无需读取'],
  unread: ['{} of the files could not be read, or not whole', '有 {} 个文件无法读取或未能完整读取'],
  mistake: ['bootrace ended by a mistake of its own, or the browser ran out of memory. Use the command line for this case: bootrace report FILE…', 'bootrace 因自身错误而终止，或浏览器内存不足。请改用命令行处理此工单：bootrace report FILE…'],
  old: ['This browser is too old for this page. Use Chrome or Edge 103, Firefox 113, Safari 16.4 or newer.', '浏览器版本过旧，无法使用此页面。请使用 Chrome 或 Edge 103、Firefox 113、Safari 16.4 或更高版本。'],
  nothing: ['Nothing was dropped that is a file.', '拖放的内容中没有文件。'],
  copied: ['Copied', '已复制'],
  notCopied: ['The browser did not copy it', '浏览器未能复制'],
  found: ['{} events', '{} 个事件'],
  allTraces: ['All traces', '全部跟踪'],
  report: ['Report', '报告'],
};

const byId = (id) => document.getElementById(id);

// A text in both languages, of which the style shows one.
function words([en, zh], ...values) {
  const both = document.createDocumentFragment();
  for (const [text, lang] of [[en, 'en'], [zh, 'zh-CN']]) {
    const left = [...values];
    const span = document.createElement('span');
    span.className = lang.slice(0, 2);
    span.lang = lang;
    span.textContent = text.replace(/\{\}/g, (gap) => (left.length ? left.shift() : gap));
    both.append(span);
  }
  return both;
}

const language = () => document.querySelector('input[name="lang"]:checked').value;

// The shown one of both languages, for where there can be no element.
const plain = ([en, zh]) => (language() === 'en' ? en : zh);

function say(text) {
  byId('status').replaceChildren(words(text));
  clearTimeout(say.timer);
  say.timer = setTimeout(() => byId('status').replaceChildren(), 2500);
}

function size(bytes) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  while (bytes >= 1024 && unit < 3) {
    bytes /= 1024;
    unit += 1;
  }
  return `${unit ? bytes.toFixed(1) : bytes} ${units[unit]}`;
}

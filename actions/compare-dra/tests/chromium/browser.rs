//! A headless Chromium, driven over pipes by the DevTools protocol. Knows nothing of reports.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

/// The variable that names the program; `cargo xtask ci` sets it.
const PROGRAM: &str = "COMPARE_DRA_CHROMIUM";

/// So many browsers are started for one.
const STARTS: usize = 4;

/// A browser with one page. Dropping it ends the browser.
pub(crate) struct Browser {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: String,
    last: u64,
    /// What the browser told without being asked.
    pub(crate) events: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one with an empty profile. On a busy machine a browser now and then ends while it starts, which says
    /// nothing of a page: then another is started.
    pub(crate) fn start() -> Self {
        (0..STARTS)
            .find_map(|_| Self::started())
            .unwrap_or_else(|| panic!("the browser ended {STARTS} times while it started"))
    }

    fn started() -> Option<Self> {
        let program = std::env::var_os(PROGRAM).filter(|program| !program.is_empty());
        let program =
            program.unwrap_or_else(|| panic!("{PROGRAM} is not set: run through `cargo xtask ci`"));
        let profile = tempfile::tempdir().unwrap();
        // The browser speaks the protocol on the descriptors 3 and 4.
        let mut process = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 >/dev/null 2>&1"])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--no-first-run",
                "--remote-debugging-pipe",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (
            process.stdin.take().unwrap(),
            process.stdout.take().unwrap(),
        );
        let mut browser = Self {
            process,
            to,
            from: BufReader::new(from),
            session: String::new(),
            last: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.try_ask("Target.createTarget", &json!({"url": "about:blank"}))?;
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.try_ask("Target.attachToTarget", &target)?;
        browser.session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.try_ask(&format!("{domain}.enable"), &json!({}))?;
        }
        Some(browser)
    }

    /// Asks and waits for the answer; what comes before it is kept in `events`.
    pub(crate) fn ask(&mut self, method: &str, parameters: Value) -> Value {
        let answer = self.try_ask(method, &parameters);
        answer.unwrap_or_else(|| panic!("the browser ended before it answered {method}"))
    }

    /// `None` when the browser has ended.
    fn try_ask(&mut self, method: &str, parameters: &Value) -> Option<Value> {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": parameters});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).ok()?;
        loop {
            let answer = self.read()?;
            if answer["id"] == self.last {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return Some(answer["result"].clone());
            }
            self.events.push(answer);
        }
    }

    fn read(&mut self) -> Option<Value> {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).unwrap();
        (bytes.pop() == Some(0)).then(|| serde_json::from_slice(&bytes).unwrap())
    }

    /// Opens a file and waits until it is loaded.
    pub(crate) fn open(&mut self, file: &Path) {
        self.events.clear();
        let url = format!("file://{}", file.display());
        self.ask("Page.navigate", json!({"url": url}));
        while !self
            .events
            .iter()
            .any(|event| event["method"] == "Page.loadEventFired")
        {
            let event = self
                .read()
                .expect("the browser ended while it loaded the page");
            self.events.push(event);
        }
    }

    /// A window of this width, in light or dark.
    pub(crate) fn look(&mut self, width: u32, scheme: &str) {
        let size =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600});
        self.ask("Emulation.setDeviceMetricsOverride", size);
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.ask("Emulation.setEmulatedMedia", features);
    }

    /// The value of an expression on the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let parameters = json!({"expression": expression, "returnByValue": true});
        let answer = self.ask("Runtime.evaluate", parameters);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// Presses a key and lets it go.
    pub(crate) fn press(&mut self, key: &str) {
        let text = if key.chars().count() == 1 { key } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let parameters = json!({"type": kind, "key": key, "text": text});
            self.ask("Input.dispatchKeyEvent", parameters);
        }
    }

    /// Moves the pointer.
    pub(crate) fn point(&mut self, x: f64, y: f64) {
        let parameters = json!({"type": "mouseMoved", "x": x, "y": y});
        self.ask("Input.dispatchMouseEvent", parameters);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its helpers end when their pipes to it break.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

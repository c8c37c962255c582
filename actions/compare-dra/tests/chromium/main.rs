//! report.html and timeline.svg in a real browser: that they render, in both themes and on narrow and wide screens, that
//! they can be explored with keys and pointer, and that nothing in them asks the network or runs foreign script.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod browser;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use browser::Browser;
use serde_json::Value;

/// A folder with the report of the origin's two runs, after a change of a run record.
struct Report {
    folder: tempfile::TempDir,
}

impl Report {
    fn of_origin() -> Self {
        Self::with(|_, _| {})
    }

    fn with(change: impl Fn(&str, &mut Value)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixtures = std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/../../fixtures";
        for variant in ["static", "dra"] {
            let run = folder.path().join(variant);
            std::fs::create_dir(&run).unwrap();
            let name = format!("origin-{variant}");
            let record = std::fs::read(format!("{fixtures}/run-records/{name}.json")).unwrap();
            let mut record: Value = serde_json::from_slice(&record).unwrap();
            change(variant, &mut record);
            std::fs::write(run.join("run-record.json"), record.to_string()).unwrap();
            std::fs::copy(format!("{fixtures}/event-logs/{name}"), run.join(&name)).unwrap();
        }
        let done = Command::new(env!("CARGO_BIN_EXE_compare-dra"))
            .args([
                "--static",
                "static",
                "--dra",
                "dra",
                "--comment",
                "never",
                "--report-dir",
                "report",
            ])
            .current_dir(folder.path())
            .env_clear()
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
        Self { folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("report").join(name)
    }
}

/// Opens a page in a window of this width and theme, and asserts that it complains of nothing and asks for nothing.
#[track_caller]
fn opened(file: &Path, width: u32, scheme: &str) -> Browser {
    let mut browser = Browser::start();
    browser.look(width, scheme);
    browser.open(file);
    for event in &browser.events {
        let method = event["method"].as_str().unwrap_or_default();
        assert!(
            ![
                "Runtime.exceptionThrown",
                "Log.entryAdded",
                "Runtime.consoleAPICalled"
            ]
            .contains(&method),
            "{event}"
        );
        if method == "Network.requestWillBeSent" {
            let url = event["params"]["request"]["url"].as_str().unwrap();
            assert!(
                url.starts_with("file://")
                    && url.ends_with(file.file_name().unwrap().to_str().unwrap()),
                "{url}"
            );
        }
    }
    browser
}

#[test]
fn chromium_renders_the_report_narrow_and_wide_in_both_themes() {
    let report = Report::of_origin();
    for (width, scheme, ground) in [
        (360, "light", "rgb(255, 255, 255)"),
        (360, "dark", "rgb(13, 17, 23)"),
        (1440, "light", "rgb(255, 255, 255)"),
        (1440, "dark", "rgb(13, 17, 23)"),
    ] {
        let mut page = opened(&report.file("report.html"), width, scheme);
        assert_eq!(
            page.value("getComputedStyle(document.body).backgroundColor"),
            ground
        );
        let title = page.value("document.querySelector('h1').textContent");
        assert_eq!(
            title,
            "DRA used 79\u{a0}% fewer executor-seconds and took 31\u{a0}% longer · threadsleep"
        );
        // Wide parts scroll inside the page, the page itself does not.
        let widest = page
            .value("document.documentElement.scrollWidth")
            .as_u64()
            .unwrap();
        assert!(widest <= u64::from(width), "{width}: {widest}");
        // Names on the left of the picture do not run into each other.
        let overlaps = page.value(
            "(() => { const boxes = [...document.querySelectorAll('#picture > g:first-of-type text')].map(t => t.getBoundingClientRect()).sort((a, b) => a.top - b.top);
               return boxes.filter((box, i) => i > 0 && boxes[i - 1].bottom - box.top > box.height / 3).length })()",
        );
        assert_eq!(overlaps, 0, "{width}");
        let shapes = page.value("[...document.querySelectorAll('.busy')].filter(s => s.getBoundingClientRect().width > 2).length");
        assert!(shapes.as_u64().unwrap() >= 9, "{shapes}");
    }
}

#[test]
fn chromium_tells_details_by_keys_and_by_pointer_and_zooms() {
    let report = Report::of_origin();
    let mut page = opened(&report.file("report.html"), 1440, "light");
    let detail = "document.getElementById('detail').textContent";
    page.value("document.getElementById('frame').focus()");
    // Jobs, stages, then the executors.
    for _ in 0..3 {
        page.press("ArrowDown");
    }
    let told = page.value(detail);
    assert!(
        told.as_str()
            .unwrap()
            .starts_with("Static executor 1: joined at"),
        "{told}"
    );
    page.press("ArrowRight");
    let told = page.value(detail);
    assert!(
        told.as_str().unwrap().contains(" At -") || told.as_str().unwrap().contains(" At "),
        "{told}"
    );

    let view = "document.querySelector('.plot').getAttribute('viewBox')";
    let whole = page.value(view);
    page.press("+");
    let near = page.value(view);
    assert_ne!(near, whole);
    page.press("0");
    assert_eq!(page.value(view), whole);

    let place = page.value(
        "(() => { const rows = document.querySelectorAll('.row'); rows[20].scrollIntoView({block: 'center'});
           const box = rows[20].getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2] })()",
    );
    page.point(place[0].as_f64().unwrap(), place[1].as_f64().unwrap());
    let told = page.value(detail);
    assert!(told.as_str().unwrap().contains("joined"), "{told}");
    let chosen = page.value("document.querySelectorAll('.row.chosen').length");
    assert_eq!(chosen, 1);
}

#[test]
fn chromium_switches_the_theme() {
    let report = Report::of_origin();
    let mut page = opened(&report.file("report.html"), 1440, "light");
    page.value("document.getElementById('theme').click()");
    let ground = page.value("getComputedStyle(document.body).backgroundColor");
    assert_eq!(ground, "rgb(13, 17, 23)");
    page.value("document.getElementById('theme').click()");
    let ground = page.value("getComputedStyle(document.body).backgroundColor");
    assert_eq!(ground, "rgb(255, 255, 255)");
}

#[test]
fn chromium_takes_hostile_names_as_text() {
    let evil = "</script></title><img src=x onerror=alert(1)><svg onload=alert(2)>`**x**";
    let report = Report::with(|_, record| {
        record["job_run"]["id"] = evil.into();
        record["submission"]["entry_point"]["uri"] = format!("s3://bucket/{evil}").into();
        record["submission"]["arguments"] = serde_json::json!([evil]);
        for claim in record["observation"]["node_claims"].as_array_mut().unwrap() {
            claim["instance_type"] = evil.into();
        }
        record["observation"]["gaps"] = serde_json::json!([evil]);
    });
    for file in ["report.html", "timeline.svg"] {
        let mut page = opened(&report.file(file), 1440, "light");
        let foreign = page.value("document.querySelectorAll('img, [onerror], [onload]').length");
        assert_eq!(foreign, 0, "{file}");
        let said = page.value("document.documentElement.textContent");
        assert!(
            said.as_str().unwrap().contains("onerror=alert(1)"),
            "{file} shows it as text"
        );
    }
}

#[test]
fn chromium_renders_the_picture_alone() {
    let report = Report::of_origin();
    for scheme in ["light", "dark"] {
        let mut page = opened(&report.file("timeline.svg"), 1440, scheme);
        let never = page.value("document.querySelectorAll('.row .never').length");
        assert_eq!(never, 10);
        let ground = page.value("getComputedStyle(document.querySelector('.page')).fill");
        let expected = if scheme == "dark" {
            "rgb(13, 17, 23)"
        } else {
            "rgb(255, 255, 255)"
        };
        assert_eq!(ground, expected);
    }
}

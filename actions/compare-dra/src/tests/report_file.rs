//! report.json read back: the same pages, or a refusal.

use serde_json::{Value, json};

use crate::{
    render::pages,
    report::Report,
    report_file::NotAReport,
    tests::{compared, origin},
    view::View,
};

fn written() -> (Report, Value) {
    let (fixed, dra) = origin();
    let report = compared(fixed, dra);
    let json = serde_json::to_value(&report).unwrap();
    (report, json)
}

fn read(json: &Value) -> Result<Report, NotAReport> {
    Report::from_json(&serde_json::to_vec(json).unwrap())
}

#[test]
fn pages_of_the_file_are_those_of_the_runs() {
    let (report, json) = written();
    let again = read(&json).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), json);
    let markdown = |report: &Report| {
        let pages = pages(&View::of(report, None)).unwrap();
        (pages.comment, pages.report)
    };
    assert_eq!(markdown(&again), markdown(&report));
}

#[test]
fn file_that_does_not_fit_its_pages_is_refused() {
    let changes: [(&str, Value, &str); 7] = [
        ("/schema", json!(2), "has schema 2"),
        ("/shown/dra", json!(7), "`shown` names a run"),
        ("/dra", json!([]), "`shown` names a run"),
        ("/metrics", json!([]), "a metric is missing"),
        ("/curves/step_seconds", json!(0), "cannot be drawn"),
        (
            "/curves/static/executors/0",
            json!(u64::MAX),
            "cannot be drawn",
        ),
        ("/verdict", json!("<b>"), "is not a report.json"),
    ];
    for (place, value, said) in changes {
        let (_, mut json) = written();
        *json.pointer_mut(place).unwrap() = value;
        let error = read(&json).unwrap_err().to_string();
        assert!(error.contains(said), "{place}: {error}");
    }
    assert!(Report::from_json(b"{").is_err() && Report::from_json(b"[1]").is_err());
}

#[test]
fn definitions_and_units_are_ours_whatever_the_file_says() {
    let (_, mut json) = written();
    json["metrics"][0]["definition"] = "<script>".into();
    json["metrics"][0]["unit"] = "us-dollars".into();
    json["unknown-field"] = "x".into();
    let again = serde_json::to_value(read(&json).unwrap()).unwrap();
    assert_eq!(again["metrics"][0]["unit"], "seconds");
    assert!(!again.to_string().contains("<script>"));
}

#[test]
fn wild_numbers_make_no_page_fail() {
    let (_, mut json) = written();
    for metric in json["metrics"].as_array_mut().unwrap() {
        for (side, value) in [("static", 1e300), ("dra", -1e300), ("relative", 1e308)] {
            metric[side] = value.into();
        }
    }
    for side in ["static", "dra"] {
        for executor in json[side][0]["executors"].as_array_mut().unwrap() {
            executor["joined"] = json!(-1e300);
            executor["removed"] = json!(1e300);
            executor["tasks"] = u64::MAX.into();
        }
    }
    let report = read(&json).unwrap();
    pages(&View::of(&report, None)).unwrap();
}

//! The verdict for a person at a terminal: one aligned table. Pure.

use crate::{cells::Cells, report::Report};

/// Verdict, table, reasons and hints as plain text.
pub(crate) fn text(report: &Report) -> String {
    let mut lines = vec![report.sentence.clone()];
    lines.extend(Some(report.recommendation.clone()).filter(|text| !text.is_empty()));
    lines.push(report.certainty.clone());
    let marks = report.concerns.iter().map(|concern| {
        format!(
            "{} {}",
            if concern.blocks { "✗" } else { "!" },
            concern.text.plain()
        )
    });
    lines.extend(marks);
    lines.push(String::new());
    lines.extend(table(report));
    lines.extend(Some(report.prices.line()).filter(|line| !line.is_empty()));
    if let Some(curves) = &report.curves {
        lines.push(String::new());
        lines.push("Executors since the application started:".to_owned());
        lines.push(curves.text());
    }
    let why = report
        .why
        .iter()
        .map(|why| format!("{} {}", why.title, why.text.plain()));
    let next = report
        .before_the_next_run
        .iter()
        .map(|hint| format!("Before the next run: {}", hint.text.plain()));
    let said: Vec<String> = why.chain(next).collect();
    if !said.is_empty() {
        lines.push(String::new());
        lines.extend(said);
    }
    lines.join("\n")
}

fn table(report: &Report) -> Vec<String> {
    let head = Cells {
        title: "",
        fixed: "static".to_owned(),
        dra: "DRA".to_owned(),
        difference: String::new(),
        interval: String::new(),
    };
    let body = report.headlines().map(|metric| Cells::of(report, metric));
    let rows: Vec<Cells> = std::iter::once(head).chain(body).collect();
    let width = |of: fn(&Cells) -> &str| {
        rows.iter()
            .map(|row| of(row).chars().count())
            .max()
            .unwrap_or(0)
    };
    let (title, fixed, dra) = (
        width(|row| row.title),
        width(|row| &row.fixed),
        width(|row| &row.dra),
    );
    let line = |row: &Cells| {
        let text = format!(
            "{:<title$}  {:>fixed$}  {:>dra$}  {}",
            row.title, row.fixed, row.dra, row.difference
        );
        text.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

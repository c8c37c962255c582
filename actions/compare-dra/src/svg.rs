//! `timeline.svg`: the picture of both runs as a file that stands alone, for light and dark. Pure.

use handlebars::{Handlebars, html_escape};
use serde::Serialize;

use crate::{drawing::Drawing, render::Error};

/// Colours for light and dark, and what each kind of shape looks like.
pub(crate) const STYLE: &str = concat!(
    include_str!("../templates/timeline.css"),
    include_str!("../templates/timeline-shapes.css")
);
pub(crate) const PICTURE: &str = include_str!("../templates/_picture.svg.hbs");

/// Where the picture begins below title and legend, in two lines.
const OFFSET: f64 = 78.0;
const NOTE: f64 = 15.0;

#[derive(Debug, Serialize)]
struct Page<'a> {
    picture: &'a Drawing,
    title: &'a str,
    height: String,
    offset: String,
    style: &'static str,
    legend: Vec<Legend>,
    notes: Vec<Note<'a>>,
}

/// What a kind of shape stands for.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Legend {
    class: &'static str,
    text: &'static str,
    x: u32,
    y: i32,
    box_y: i32,
    text_x: u32,
}

#[derive(Debug, Serialize)]
struct Note<'a> {
    y: String,
    text: &'a str,
}

/// The kinds of shapes, in the order they are explained.
pub(crate) fn legend() -> Vec<Legend> {
    let first = [
        ("busy", "executor with a task", 164),
        ("idle", "idle", 72),
        ("never", "never ran a task", 142),
        ("node-start", "node starting", 122),
        ("node-used", "node with pods of the job", 190),
        ("node-empty", "empty node, paid for", 160),
    ];
    let second = [
        ("with-task", "executors with a task", 172),
        ("joined", "executors joined", 142),
        ("asked", "executor pods asked for", 184),
        ("job", "job", 66),
        ("stage", "stage", 78),
        ("failed", "failed", 68),
    ];
    let line = |y: i32, line: [(&'static str, &'static str, u32); 6]| {
        line.into_iter().scan(0, move |x, (class, text, width)| {
            let at = *x;
            *x += width;
            Some(Legend {
                class,
                text,
                x: at,
                y,
                box_y: y - 9,
                text_x: at + 26,
            })
        })
    };
    line(0, first).chain(line(18, second)).collect()
}

/// The file's text.
pub(crate) fn file(picture: &Drawing) -> Result<String, Error> {
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    templates.register_escape_fn(html_escape);
    templates
        .register_partial("picture", PICTURE)
        .map_err(Box::new)?;
    let height = picture.height() + OFFSET;
    let notes = picture.merged().iter().zip(1..).map(|(text, line)| Note {
        y: format!("{:.0}", height + NOTE * f64::from(line) - 4.0),
        text,
    });
    let notes: Vec<Note<'_>> = notes.collect();
    let page = Page {
        picture,
        title: picture.title(),
        height: format!("{:.0}", height + NOTE * notes.len() as f64 + 6.0),
        offset: format!("{OFFSET:.0}"),
        style: STYLE,
        legend: legend(),
        notes,
    };
    Ok(templates
        .render_template(include_str!("../templates/timeline.svg.hbs"), &page)
        .map_err(Box::new)?)
}

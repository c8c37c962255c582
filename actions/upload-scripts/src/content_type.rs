//! What S3 and browsers are told a file is. Pure.

/// The media type for a file's name. What `mime_guess` does not know, or knows by an old name, is said here.
pub(crate) fn of(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("py") => "text/x-python",
        // RFC 9512
        Some("yaml" | "yml") => "application/yaml",
        // RFC 6922
        Some("sql") => "application/sql",
        Some("whl" | "egg") => "application/zip",
        Some("sh") => "text/x-shellscript",
        Some("r" | "scala" | "properties") => "text/plain",
        _ => mime_guess::from_path(name)
            .first_raw()
            .unwrap_or("application/octet-stream"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spark_jobs_are_made_of_has_its_type() {
        for (path, expected) in [
            ("src/job.py", "text/x-python"),
            ("config/driver-template.yaml", "application/yaml"),
            ("q/1.SQL", "application/sql"),
            ("lib/job.jar", "application/java-archive"),
            ("dist/job-1.0-py3-none-any.whl", "application/zip"),
            ("deps.zip", "application/zip"),
            ("a.json", "application/json"),
            ("data/part.parquet", "application/vnd.apache.parquet"),
            ("a.csv", "text/csv"),
            ("model.bin", "application/octet-stream"),
            ("Makefile", "application/octet-stream"),
            ("v1.2/LICENSE", "application/octet-stream"),
        ] {
            assert_eq!(of(path), expected, "{path}");
        }
    }
}

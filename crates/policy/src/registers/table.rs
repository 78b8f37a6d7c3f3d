//! Registers as comma-separated tables (RFC 4180) that a spreadsheet opens without running them.

/// One line of a table.
pub trait Row {
    /// What stands at the head of its columns.
    const COLUMNS: &'static [&'static str];

    /// What stands in them.
    fn cells(&self) -> Vec<String>;
}

/// The rows as a table with a header line.
pub fn csv<R: Row>(rows: &[R]) -> String {
    let mut out = String::new();
    line(&mut out, R::COLUMNS.iter().copied());
    for row in rows {
        let cells = row.cells();
        line(&mut out, cells.iter().map(String::as_str));
    }
    out
}

fn line<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (number, cell) in cells.enumerate() {
        if number > 0 {
            out.push(',');
        }
        out.push_str(&quoted(cell));
    }
    out.push_str("\r\n");
}

/// A cell, quoted where it has to be; what a spreadsheet would take for a formula is made a text.
fn quoted(cell: &str) -> String {
    let cell = match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    };
    match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_a_text_whatever_it_says() {
        for (cell, expected) in [
            ("plain", "plain"),
            ("a, b", "\"a, b\""),
            ("a \"b\"", "\"a \"\"b\"\"\""),
            ("=1+1", "'=1+1"),
            ("@x, y", "\"'@x, y\""),
            ("", ""),
        ] {
            assert_eq!(quoted(cell), expected);
        }
    }
}

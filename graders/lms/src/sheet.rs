//! A CSV file as spreadsheets write it: byte order mark, `,` or `;`, blank lines, cells missing at the end of a row.
//!
//! What its columns mean is left to those who read it.

use csv::{ByteRecord, ReaderBuilder};
use thiserror::Error;

/// A CSV file with a header.
pub(crate) struct Sheet {
    /// `,` or `;`.
    pub(crate) delimiter: u8,
    /// Whether the file opens with a byte order mark, by which Excel knows UTF-8.
    pub(crate) has_mark: bool,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// A row below the header.
pub(crate) struct Row {
    /// As a spreadsheet counts: the header is row 1, and blank lines are rows too.
    pub(crate) number: usize,
    pub(crate) cells: Vec<String>,
}

/// Why bytes are not a CSV file with a header.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SheetError {
    /// Latin-1 or UTF-16, as old spreadsheets write.
    #[error("byte {0} is not UTF-8; save the file as 'CSV UTF-8'")]
    NotUtf8(usize),
    /// A quote opens and the file ends before it closes, so that rows would be lost in one cell.
    #[error("a quote (\") is opened and not closed; double those that belong to a text")]
    OpenQuote,
    /// There is no row at all.
    #[error("the file is empty")]
    Empty,
}

impl Sheet {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, SheetError> {
        let text = std::str::from_utf8(bytes).map_err(|error| SheetError::NotUtf8(error.valid_up_to()))?;
        let (has_mark, text) = text.strip_prefix('\u{feff}').map_or((false, text), |rest| (true, rest));
        if text.matches('"').count() % 2 == 1 {
            return Err(SheetError::OpenQuote);
        }
        let delimiter = delimiter(text);
        let mut rows = rows(text, delimiter).into_iter();
        let header = rows.next().ok_or(SheetError::Empty)?;
        let header = header.cells.iter().map(|name| name.trim().to_owned()).collect();
        Ok(Self { delimiter, has_mark, header, rows: rows.collect() })
    }

    /// Where a column of this name is, whatever its case and with `_` for a space.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|heading| is_called(heading, name))
    }
}

impl Row {
    /// What a cell says without the space around it; `None` where it is blank or missing.
    pub(crate) fn text(&self, column: usize) -> Option<&str> {
        self.cells.get(column).map(|cell| cell.trim()).filter(|text| !text.is_empty())
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

pub(crate) fn is_called(heading: &str, name: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace('_', " ");
    plain(heading) == plain(name)
}

/// The one of `,` and `;` that comes first outside quotes: no heading that comes first has either.
fn delimiter(text: &str) -> u8 {
    let mut is_quoted = false;
    let mut unquoted = text.bytes().filter(|byte| {
        is_quoted ^= *byte == b'"';
        !is_quoted
    });
    unquoted.find(|byte| matches!(byte, b',' | b';')).unwrap_or(b',')
}

fn rows(text: &str, delimiter: u8) -> Vec<Row> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let (mut rows, mut record, mut blank) = (Vec::new(), ByteRecord::new(), 0);
    loop {
        blank += blank_lines(text.as_bytes(), reader.position().byte() as usize);
        let is_read =
            reader.read_byte_record(&mut record).expect("rows of any length can be read from memory");
        if !is_read {
            return rows;
        }
        let cells = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        rows.push(Row { number: rows.len() + 1 + blank, cells });
    }
}

/// How many lines without a character there are from `start` on, which the reader passes over.
fn blank_lines(text: &[u8], start: usize) -> usize {
    // The reader takes a row to end at the CR of a CRLF.
    let is_split = start > 0 && text[start - 1] == b'\r' && text.get(start) == Some(&b'\n');
    let rest = &text[start + usize::from(is_split)..];
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    ends.filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, &[&str])]) {
        let sheet = Sheet::read(text.as_bytes()).unwrap();
        let found: Vec<_> = sheet.rows.iter().map(|row| (row.number, row.cells.clone())).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(number, cells)| (*number, cells.iter().map(|cell| (*cell).to_owned()).collect()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_counts_them() {
        check("a,b\n1,2\n3,4\n", &[(2, &["1", "2"]), (3, &["3", "4"])]);
        check("a,b\r\n\r\n1,2\r\n\r\n\r\n3\r\n", &[(3, &["1", "2"]), (6, &["3"])]);
        check(
            "\u{feff}a;\"b,c,d\"\n\"x\ny\";\"say \"\"hi\"\"\"\nz;",
            &[(2, &["x\ny", "say \"hi\""]), (3, &["z", ""])],
        );
        check("\n\na\nb", &[(4, &["b"])]);
    }

    #[test]
    fn what_is_no_sheet_is_refused() {
        for (bytes, expected) in [
            (&b"a\n\xe9"[..], SheetError::NotUtf8(2)),
            (b"\xff\xfea\0", SheetError::NotUtf8(0)),
            (b"a,b\n\"open,1\n", SheetError::OpenQuote),
            (b"", SheetError::Empty),
            (b"\r\n\r\n", SheetError::Empty),
        ] {
            assert_eq!(Sheet::read(bytes).err(), Some(expected));
        }
    }
}

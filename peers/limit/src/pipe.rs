//! Standard input and output, in one blocking loop: what the pipe itself costs.

use std::io::{BufRead, BufReader, Write};

use anyhow::Result;

use crate::answer::Answers;

/// Answers every line of standard input until it ends.
pub(crate) fn serve(answers: &Answers) -> Result<()> {
    let mut input = BufReader::with_capacity(64 << 10, std::io::stdin().lock());
    let mut output = std::io::stdout().lock();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let mut answer = answers.answer(&line)?;
        answer.push(b'\n');
        output.write_all(&answer)?;
        output.flush()?;
        line.clear();
    }
    Ok(())
}

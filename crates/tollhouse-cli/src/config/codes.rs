//! Every kind of problem that a configuration can have: its code, what it means, and how it is mended.
//!
//! To add one, give it a line here and a pair of files in `tests/it/mistakes/`. A code is never given to another
//! kind of problem.

/// What becomes of a file that has the problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// It is not served.
    Error,
    /// It is served as it is.
    Warning,
}

macro_rules! codes {
    ($($name:ident $id:literal $means:literal $mend:literal)*) => {
        /// A kind of problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Code {
            $(#[doc = $means] $name,)*
        }

        impl Code {
            /// All kinds, in the order of their codes.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            /// How it is written.
            pub(crate) const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }

            /// What it means.
            pub(crate) const fn means(self) -> &'static str {
                match self { $(Self::$name => $means),* }
            }

            /// How it is mended.
            pub(crate) const fn mend(self) -> &'static str {
                match self { $(Self::$name => $mend),* }
            }
        }
    };
}

codes! {
    Unreadable "E001"
        "A file cannot be read."
        "Name a file that is there and that you may read."
    Syntax "E002"
        "The text is not TOML, or not JSON in a file that ends in `.json`."
        "Mend the text at the place that is shown."
    Version "E003"
        "The file is written for another version of the format."
        "Write `version = 1`, or use the program that knows the file's version."
    Include "E004"
        "An `include` cannot be followed, or an included file has what only the first file may have."
        "Include files that are there; in them, only `[sources.…]`, `[tools.…]`, `[resources.…]` and `[prompts.…]` may stand."
    MissingVariable "E010"
        "A variable of the environment is not set."
        "Set it, or write what stands in for it: `${NAME:-default}`."
    MissingFile "E011"
        "The file of a `${file:…}` cannot be read as text."
        "Name a file that is there and that you may read."
    BadVariable "E012"
        "A `${` is not the beginning of a variable."
        "Write `${NAME}`, `${NAME:-default}` or `${file:PATH}`; a dollar sign before a brace is `$${`."
    MissingKey "E020"
        "A key that is needed is not there."
        "Add it."
    UnknownKey "E021"
        "A key is not known."
        "Write it as it is known, or take it out."
    WrongType "E022"
        "A value is of another type than its key takes."
        "Write a value of the type that is named."
    NotAllowed "E023"
        "A value is none of those that its key takes."
        "Write one of those that are named."
    Malformed "E024"
        "A value does not have the form that its key takes."
        "Write it like the example that is shown."
    Conflict "E025"
        "Two keys do not go together."
        "Take one of them out."
    Twice "E026"
        "A name is given to two things, in two files."
        "Rename one of them."
    UnknownSource "E030"
        "A tool names a source that is not there."
        "Name one of the sources, or add it."
    BadName "E031"
        "A name has characters that clients or SQL do not take."
        "Rename it as the text says."
    Reachable "E032"
        "The address can be reached from other machines, and nobody would have to sign in."
        "Listen on 127.0.0.1, ::1 or localhost."
    BadRule "E033"
        "The rules of a parameter contradict each other or do not fit its type."
        "Change one of the two rules that are named."
    Refused "E034"
        "The server refuses a tool as a whole."
        "Do what the text says."
    NoScope "E035"
        "Callers sign in, and something asks for no scope."
        "Write the scope that callers need, or `scope = \"any\"` for whoever is signed in."
    UnknownScope "E036"
        "A scope is none of `[auth.scopes]`."
        "Write it as it is named there, or add it."
    UnknownRole "E037"
        "A role is none of `[auth.roles]`."
        "Write it as it is named there, or add it."
    Database "E100"
        "The database cannot be opened."
        "Name a file that is there, that you may read, and that is an SQLite database."
    Sql "E101"
        "The database does not take the statement."
        "Mend the statement at the place that is shown, or the name that the database does not have."
    NoParameter "E102"
        "The statement or a text has a placeholder that is no parameter."
        "Add the parameter, or write the placeholder as the parameter is called."
    Unused "E103"
        "A parameter is declared and nothing uses it."
        "Write `:name` where it belongs in the statement, or take the parameter out."
    Effect "E104"
        "The statement does other than the tool says: it writes and is declared to read, or the other way round."
        "Give `effect` the value that fits: nothing for what reads, `write` or `destructive` for what writes."
    Columns "E105"
        "The columns do not fit `returns`, or two have the same name."
        "Name columns with AS, and select as many as `returns` takes."
    Template "E106"
        "The statement has a template in it."
        "Write `:name`: values are bound and never become part of the statement."
    Forbidden "E107"
        "The statement does what no tool may do: change the schema, settings or other files."
        "Let it select, insert, update or delete rows only."
    Identity "E108"
        "The statement asks who calls, and nobody signs in."
        "Let callers show keys, `[auth] mode = \"keys\"`, or name the user of this machine, `[server] local_user = \"ana\"`."
    ColumnType "E109"
        "A parameter is of another type than the column that it is compared with or written to."
        "Give the parameter the column's type. If it is meant as it is, write `CAST(:name AS …)`."
    ColumnValue "E110"
        "A parameter's `enum` has a value that the column refuses."
        "Write the values as the rule of the table has them."
    LookedUp "E111"
        "`exists_in` names a column that is not there."
        "Write `table.column` as the database has them."
    Exposed "E112"
        "`expose_tables` names a table that is not there."
        "Write the name as the database has it, or take it out."
    Effects "E113"
        "`exactly_once` needs a table that the database does not have, or has otherwise."
        "Make it: `tollhouse migrate SOURCE`. Where a table of that name is somebody else's, take `exactly_once` out."
    State "E120"
        "What outlives the process cannot be kept: the file cannot be opened."
        "Name a file that may be written and that is this program's own, or keep nothing: `state = \"memory\"`."
    Door "E121"
        "Callers could not come in as the file says: a secret is not there, or the settings of an issuer or of `[auth.lookup]` do not work."
        "Do what the text says."
    Secret "W201"
        "A secret seems to stand in the file, where everybody reads it who reads the file."
        "Keep it in the environment, `${NAME}`, or in a file of its own, `${file:PATH}`."
    Literal "W202"
        "A `${…}` stands where no variables are read, and is taken as it is written."
        "Write out what you mean: tools read no variables."
    Short "W203"
        "A description is too short to choose the tool by."
        "Say what the tool does, when to use it, and what it gives back."
    HeavyTool "W204"
        "What a model reads of one tool is long, and it reads it in every conversation."
        "Shorten the description, or move what only some calls need to another tool."
    HeavyServer "W205"
        "What a model reads of all tools is long, and it reads it in every conversation."
        "Take tools out, or shorten the longest descriptions."
    StrictName "W206"
        "A name is allowed, but some clients refuse it."
        "Use letters, digits, `_` and `-` only."
    NoTools "W207"
        "There is nothing to serve: no tool, a source without tools, or a pattern that no file has."
        "Add what is missing, or take out what stands for nothing."
    Unscoped "W208"
        "A scope is asked for, but nobody signs in, so that nobody is asked for it."
        "Let callers show keys, `[auth] mode = \"keys\"`, or serve only people who may do everything."
    Alike "W210"
        "Two descriptions begin with the same words, and models mix such tools up."
        "Let each begin with what sets it apart."
    Lacking "W211"
        "A parameter's `enum` lacks a value that the column may have, so that nobody can look for it."
        "Add the value, unless nobody is to look for it."
    ReadByAll "W212"
        "The figures can be read from other machines, by whoever asks."
        "Listen on 127.0.0.1, or let a network that only your own machines reach stand before it."
    Unreached "W213"
        "An issuer does not give its keys now, so that its tokens would be refused."
        "Compare the URL with what its tokens say, and see that this machine reaches it."
    Weak "W214"
        "A protection is weaker than it would be if nothing were said."
        "Do what the text says, unless it is meant."
}

impl Code {
    /// What becomes of a file that has it.
    pub(crate) fn severity(self) -> Severity {
        if self.id().starts_with('W') {
            Severity::Warning
        } else {
            Severity::Error
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_are_in_order_and_none_is_given_twice() {
        let ids: Vec<&str> = Code::ALL.iter().map(|code| code.id()).collect();
        assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    }
}

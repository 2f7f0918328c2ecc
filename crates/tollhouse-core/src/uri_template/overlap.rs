//! Whether two templates stand for the same URI: then nobody could say whose it is.

use std::collections::{BTreeMap, VecDeque};

use super::{Part, UriTemplate};

/// What one letter of a URI may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Letter(char),
    /// No separator; as many as there are.
    Segment,
    /// Anything; as many as there are.
    Rest,
}

/// How far each template has been read.
type Place = (usize, usize);

impl UriTemplate {
    /// A URI that both templates stand for, if there is one.
    pub(crate) fn shared(&self, other: &Self) -> Option<String> {
        let (ours, theirs) = (self.steps(), other.steps());
        let mut reached: BTreeMap<Place, Option<(Place, char)>> = BTreeMap::from([((0, 0), None)]);
        let mut open = VecDeque::from([(0, 0)]);
        while let Some(place) = open.pop_front() {
            if place == (ours.len(), theirs.len()) {
                return Some(spell(&reached, place));
            }
            let (Some(one), Some(two)) = (ours.get(place.0), theirs.get(place.1)) else {
                continue;
            };
            let Some(letter) = common(*one, *two) else {
                continue;
            };
            let mut fresh = after((*one, *two), place);
            fresh.retain(|next| !reached.contains_key(next));
            reached.extend(fresh.iter().map(|next| (*next, Some((place, letter)))));
            open.extend(fresh);
        }
        None
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => steps.extend(text.chars().map(Step::Letter)),
                Part::Segment(_) => steps.push(Step::Segment),
                Part::Rest(_) => steps.push(Step::Rest),
            }
        }
        steps
    }
}

/// Where a letter leads: each goes on, or stays in its variable.
fn after((one, two): (Step, Step), (ours, theirs): Place) -> Vec<Place> {
    let stays = |step| !matches!(step, Step::Letter(_));
    let mut places = vec![(ours + 1, theirs + 1)];
    if stays(one) {
        places.push((ours, theirs + 1));
    }
    if stays(two) {
        places.push((ours + 1, theirs));
    }
    places
}

/// A letter that both may have.
fn common(one: Step, two: Step) -> Option<char> {
    match (one, two) {
        (Step::Letter(one), Step::Letter(two)) => (one == two).then_some(one),
        (Step::Letter(letter), Step::Segment) | (Step::Segment, Step::Letter(letter)) => {
            (!"/\\?#".contains(letter)).then_some(letter)
        }
        (Step::Letter(letter), Step::Rest) | (Step::Rest, Step::Letter(letter)) => Some(letter),
        (Step::Segment | Step::Rest, Step::Segment | Step::Rest) => Some('a'),
    }
}

fn spell(reached: &BTreeMap<Place, Option<(Place, char)>>, end: Place) -> String {
    let mut letters = Vec::new();
    let mut place = end;
    while let Some(Some((before, letter))) = reached.get(&place) {
        letters.push(*letter);
        place = *before;
    }
    letters.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::UriTemplate;

    fn shared(one: &str, two: &str) -> Option<String> {
        let read = |text| UriTemplate::parse(text).unwrap();
        let found = read(one).shared(&read(two));
        assert_eq!(found.is_some(), read(two).shared(&read(one)).is_some());
        if let Some(uri) = &found {
            assert!(read(one).read(uri).is_some(), "{uri} is no {one}");
            assert!(read(two).read(uri).is_some(), "{uri} is no {two}");
        }
        found
    }

    #[test]
    fn t22_templates_for_the_same_uri_are_found() {
        for (one, two) in [
            ("db://{table}/1", "db://orders/{id}"),
            ("x://{a}", "x://{b}"),
            ("x://{a}.md", "x://note-{b}"),
            ("x:///{+path}", "x:///a/{id}/b"),
        ] {
            assert!(shared(one, two).is_some(), "{one} {two}");
        }
    }

    #[test]
    fn t22_hierarchies_do_not_collide() {
        for (one, two) in [
            ("db://{table}", "db://{table}/{id}"),
            ("db://orders/{id}", "db://customers/{id}"),
            ("x://{a}/b", "x://{a}/c"),
            ("x:///a/{+path}", "x:///b/{+path}"),
        ] {
            assert_eq!(shared(one, two), None, "{one} {two}");
        }
    }
}

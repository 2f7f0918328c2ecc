//! Lists: each item rendered once, each page that everybody sees made once.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use bytes::Bytes;

use crate::{
    Change, Face, Policy, Principal, Refusal,
    pipeline::may_use,
    protocol::{
        Encoder, List, Page,
        types::{listing, revision::Revision},
    },
    seal::{Purpose, Ring},
    toolset::Toolset,
};

/// The four lists.
#[derive(Debug)]
pub(crate) struct Listings {
    tools: Listing,
    resources: Listing,
    templates: Listing,
    prompts: Listing,
}

/// One list, in the order in which things were offered.
#[derive(Debug)]
struct Listing {
    list: List,
    items: Vec<Item>,
    /// The result's inside, where one page shows everything to everybody.
    whole: Option<Bytes>,
}

#[derive(Debug)]
struct Item {
    key: String,
    json: Vec<u8>,
    /// How callers in some roles see it instead: the role, and the same for it.
    faces: Vec<(String, Vec<u8>)>,
    policy: Policy,
}

impl Listings {
    pub(crate) fn render(toolset: &Toolset, encoder: &Encoder, revision: Revision) -> Self {
        let tools = toolset.tools().items.iter().map(|entry| {
            let tool = &entry.tool;
            let item = Item::new(&tool.name, &tool.policy, |out| {
                listing::tool(out, tool, revision)
            });
            let faces = tool.faces.iter().map(|face| {
                let mut json = Vec::new();
                listing::tool(&mut json, &tool.faced(face), revision);
                (face.role.clone(), json)
            });
            Item {
                faces: faces.collect(),
                ..item
            }
        });
        let resources = toolset.resources().items.iter().map(|entry| {
            Item::new(&entry.item.uri, &entry.item.policy, |out| {
                listing::resource(out, &entry.item, revision)
            })
        });
        let templates = toolset.templates().items.iter().map(|template| {
            let item = &template.entry.item;
            Item::new(&item.uri_template, &item.policy, |out| {
                listing::template(out, item, revision)
            })
        });
        let prompts = toolset.prompts().items.iter().map(|entry| {
            Item::new(&entry.item.name, &entry.item.policy, |out| {
                listing::prompt(out, &entry.item, revision)
            })
        });
        Self {
            tools: Listing::new(List::Tools, tools, encoder),
            resources: Listing::new(List::Resources, resources, encoder),
            templates: Listing::new(List::Templates, templates, encoder),
            prompts: Listing::new(List::Prompts, prompts, encoder),
        }
    }

    /// The inside of one page's result, as this caller may see it.
    pub(crate) fn page(
        &self,
        which: List,
        cursor: Option<&str>,
        principal: &Principal,
        desk: (&Encoder, &Ring),
    ) -> Result<Bytes, Refusal> {
        let listing = match which {
            List::Tools => &self.tools,
            List::Resources => &self.resources,
            List::Templates => &self.templates,
            List::Prompts => &self.prompts,
        };
        match (&listing.whole, cursor) {
            (Some(whole), None) => Ok(whole.clone()),
            _ => listing.page(cursor, principal, desk),
        }
    }

    /// The changes of lists for a caller who was the first and is the second.
    pub(crate) fn differing(&self, before: &Principal, after: &Principal) -> Vec<Change> {
        let lists = [
            (&self.tools, Change::Tools),
            (&self.prompts, Change::Prompts),
            (&self.resources, Change::Resources),
            (&self.templates, Change::Resources),
        ];
        let differing = lists
            .into_iter()
            .filter(|(listing, _)| !listing.seen_by(before).eq(listing.seen_by(after)));
        differing.map(|(_, change)| change).collect()
    }
}

impl Listing {
    fn new(list: List, items: impl Iterator<Item = Item>, encoder: &Encoder) -> Self {
        let mut listing = Self {
            list,
            items: items.collect(),
            whole: None,
        };
        if listing.is_public() && listing.items.len() <= PAGE_ITEMS_MAX {
            let items = listing.items.iter().map(|item| item.json.as_slice());
            let items: Vec<&[u8]> = items.collect();
            listing.whole = Some(encoder.page(&Page {
                list,
                items: &items.join(&b','),
                next: None,
                public: true,
            }));
        }
        listing
    }

    /// Whether everybody sees the same. Then, and only then, a page may be shared between callers.
    fn is_public(&self) -> bool {
        let mut items = self.items.iter();
        items.all(|item| item.policy.access.is_open() && item.faces.is_empty())
    }

    /// Where the items stand that a caller sees, and which of their faces.
    fn seen_by<'a>(
        &'a self,
        principal: &'a Principal,
    ) -> impl Iterator<Item = (usize, Option<usize>)> + 'a {
        let items = self.items.iter().enumerate();
        let seen = items.filter(|(_, item)| may_use(principal, &item.policy));
        seen.map(|(place, item)| (place, item.face(principal)))
    }

    fn page(
        &self,
        cursor: Option<&str>,
        principal: &Principal,
        desk: (&Encoder, &Ring),
    ) -> Result<Bytes, Refusal> {
        let (encoder, seals) = desk;
        let start = cursor.map_or(Ok(0), |cursor| self.start(cursor, principal, seals))?;
        let mut visible = self.items.iter().enumerate().skip(start);
        let mut visible = visible
            .by_ref()
            .filter(|(_, item)| may_use(principal, &item.policy));
        let shown: Vec<(usize, &Item)> = visible.by_ref().take(PAGE_ITEMS_MAX).collect();
        let more = visible.next().is_some();
        let next = shown
            .last()
            .filter(|_| more)
            .and_then(|(place, item)| self.cursor((*place, &item.key), principal, seals));
        let items = shown.iter().map(|(_, item)| item.shown_to(principal));
        let items: Vec<&[u8]> = items.collect();
        Ok(encoder.page(&Page {
            list: self.list,
            items: &items.join(&b','),
            next: next.as_deref(),
            public: self.is_public(),
        }))
    }

    /// A cursor names the list and the last item shown: by key, and by place in case the key is gone.
    fn cursor(
        &self,
        (place, key): (usize, &str),
        principal: &Principal,
        seals: &Ring,
    ) -> Option<String> {
        let plain = format!("{:?} {place} {} {key}", self.list, self.holder(principal));
        seals.seal(Purpose::Cursor, plain.as_bytes())
    }

    /// Whose a cursor is. Where everybody sees the same, a page may be shared, and its cursor with it.
    fn holder(&self, principal: &Principal) -> String {
        if self.is_public() {
            return EVERYBODY.to_owned();
        }
        STANDARD_NO_PAD.encode(principal.mark())
    }

    fn start(&self, cursor: &str, principal: &Principal, seals: &Ring) -> Result<usize, Refusal> {
        let bad = || {
            Refusal::BadParams(
                "`params.cursor` is not a cursor of this list; begin without one".to_owned(),
            )
        };
        let plain = seals.open(Purpose::Cursor, cursor).ok_or_else(bad)?;
        let plain = String::from_utf8(plain).map_err(|_| bad())?;
        let mut parts = plain.splitn(4, ' ');
        let same_list = parts.next() == Some(format!("{:?}", self.list).as_str());
        let place: Option<usize> = parts.next().and_then(|place| place.parse().ok());
        let theirs = parts.next() == Some(self.holder(principal).as_str());
        let (Some(place), Some(key), true) = (place, parts.next(), same_list && theirs) else {
            return Err(bad());
        };
        let found = self.items.iter().position(|item| item.key == key);
        Ok(found.map_or(place, |found| found + 1))
    }
}

impl Item {
    fn new(key: &str, policy: &Policy, render: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut json = Vec::new();
        render(&mut json);
        Self {
            key: key.to_owned(),
            json,
            faces: Vec::new(),
            policy: policy.clone(),
        }
    }

    fn face(&self, principal: &Principal) -> Option<usize> {
        Face::seen(self.faces.iter().map(|(role, _)| role.as_str()), principal)
    }

    fn shown_to(&self, principal: &Principal) -> &[u8] {
        let face = self.face(principal).and_then(|place| self.faces.get(place));
        face.map_or(&self.json, |(_, json)| json)
    }
}

/// No mark: those are longer.
const EVERYBODY: &str = "-";
const PAGE_ITEMS_MAX: usize = 200;

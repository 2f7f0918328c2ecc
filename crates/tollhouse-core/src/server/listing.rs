//! Lists: each item rendered once, each page that everybody sees made once.

use bytes::Bytes;

use crate::{
    Change, Policy, Principal, Refusal,
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
    policy: Policy,
}

impl Listings {
    pub(crate) fn render(toolset: &Toolset, encoder: &Encoder, revision: Revision) -> Self {
        let tools = toolset.tools().items.iter().map(|entry| {
            Item::new(&entry.tool.name, &entry.tool.policy, |out| {
                listing::tool(out, &entry.tool, revision)
            })
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
        self.items.iter().all(|item| item.policy.access.is_open())
    }

    /// Where the items stand that a caller sees.
    fn seen_by<'a>(&'a self, principal: &'a Principal) -> impl Iterator<Item = usize> + 'a {
        let items = self.items.iter().enumerate();
        let seen = items.filter(|(_, item)| may_use(principal, &item.policy));
        seen.map(|(place, _)| place)
    }

    fn page(
        &self,
        cursor: Option<&str>,
        principal: &Principal,
        desk: (&Encoder, &Ring),
    ) -> Result<Bytes, Refusal> {
        let (encoder, seals) = desk;
        let start = cursor.map_or(Ok(0), |cursor| self.start(cursor, seals))?;
        let mut visible = self.items.iter().enumerate().skip(start);
        let mut visible = visible
            .by_ref()
            .filter(|(_, item)| may_use(principal, &item.policy));
        let shown: Vec<(usize, &Item)> = visible.by_ref().take(PAGE_ITEMS_MAX).collect();
        let more = visible.next().is_some();
        let next = shown
            .last()
            .filter(|_| more)
            .and_then(|(place, item)| self.cursor(*place, &item.key, seals));
        let items: Vec<&[u8]> = shown.iter().map(|(_, item)| item.json.as_slice()).collect();
        Ok(encoder.page(&Page {
            list: self.list,
            items: &items.join(&b','),
            next: next.as_deref(),
            public: self.is_public(),
        }))
    }

    /// A cursor names the list and the last item shown: by key, and by place in case the key is gone.
    fn cursor(&self, place: usize, key: &str, seals: &Ring) -> Option<String> {
        let plain = format!("{:?} {place} {key}", self.list);
        seals.seal(Purpose::Cursor, plain.as_bytes())
    }

    fn start(&self, cursor: &str, seals: &Ring) -> Result<usize, Refusal> {
        let bad = || {
            Refusal::BadParams(
                "`params.cursor` is not a cursor of this list; begin without one".to_owned(),
            )
        };
        let plain = seals.open(Purpose::Cursor, cursor).ok_or_else(bad)?;
        let plain = String::from_utf8(plain).map_err(|_| bad())?;
        let mut parts = plain.splitn(3, ' ');
        let same_list = parts.next() == Some(format!("{:?}", self.list).as_str());
        let place: Option<usize> = parts.next().and_then(|place| place.parse().ok());
        let (Some(place), Some(key), true) = (place, parts.next(), same_list) else {
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
            policy: policy.clone(),
        }
    }
}

const PAGE_ITEMS_MAX: usize = 200;

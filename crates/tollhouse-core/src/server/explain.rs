//! Says what would become of a call, without making it.

use serde_json::Value;

use super::Server;
use crate::{Call, Ctx, Explanation, Principal, Target, pipeline};

impl Server {
    /// What each step of the road would do with a call of this target by this caller, whose client can do whatever the
    /// target needs. Nothing is run, counted, claimed or asked, and no record is made.
    ///
    /// This is for whoever runs the server: it tells of rules that callers are not told of.
    pub async fn explain(
        &self,
        principal: &Principal,
        target: Target,
        arguments: Value,
    ) -> Explanation {
        let (inner, plan) = (self.inner(), self.inner().plan());
        let needs = plan.toolset.find(&target).map(|found| found.policy.needs);
        let call = Call {
            args: arguments,
            client: needs.unwrap_or_default(),
            ..Call::new(principal.clone(), target)
        };
        let ctx = Ctx::new(inner.calls.name(), call, inner.beside());
        pipeline::walk(inner.ground(&plan), &ctx).await
    }
}

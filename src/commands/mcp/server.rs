//! The protocol: requests of a client, and the answers to them.

use std::sync::Arc;

use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt as _,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
        ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
    },
    service::RequestContext,
    transport::stdio,
};

use super::{
    allowed::Allowed,
    ask::{Answers, Asked},
    tools,
};

/// Serves a client on standard input and output until it goes away.
pub(super) fn serve(allowed: Allowed) -> anyhow::Result<()> {
    let answers = Arc::new(Answers { allowed, cases: Default::default() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let service = Server { answers }.serve(stdio()).await?;
        service.waiting().await?;
        anyhow::Ok(())
    })
}

struct Server {
    answers: Arc<Answers>,
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("bootrace", env!("CARGO_PKG_VERSION")))
            .with_instructions(tools::INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::list()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = serde_json::Value::Object(request.arguments.unwrap_or_default());
        let answers = Arc::clone(&self.answers);
        // An analysis takes seconds; meanwhile the client is heard. Wrong arguments are an error of the tool: a model reads
        // such an error and asks again.
        let answer = tokio::task::spawn_blocking(move || {
            answers.ask(&request.name, Asked::of(&request.name, arguments)?)
        })
        .await;
        let answer = answer.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        Ok(CallToolResponse::Complete(match answer {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Err(error) => CallToolResult::error(vec![ContentBlock::text(format!("{error:#}"))]),
        }))
    }
}

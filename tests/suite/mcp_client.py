"""Asks `bootrace mcp` questions with the official client of the protocol. Arguments: the program, its folder, and a
JSON list of questions, each [tool, arguments]; with `follow` among them, the rest of a long answer is asked for too.
Prints a JSON list: what the server says of itself, then the answers."""

import asyncio
import json
import re
import sys
import time

from mcp import ClientSession, StdioServerParameters, stdio_client


async def ask(program, folder, questions):
    server = StdioServerParameters(command=program, args=["mcp", folder])
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        about = await session.initialize()
        tools = (await session.list_tools()).tools
        said = about.model_dump(by_alias=True)
        answers = [{"instructions": said["instructions"], "tools": [tool.model_dump(by_alias=True) for tool in tools]}]
        for tool, arguments in questions:
            follow = arguments.pop("follow", False)
            while True:
                begin = time.monotonic()
                answer = (await session.call_tool(tool, arguments)).model_dump(by_alias=True)
                text = "".join(block["text"] for block in answer["content"])
                answers.append({"error": answer["isError"], "text": text, "seconds": time.monotonic() - begin})
                more = re.search(r'"cursor": "(\d+)"\n$', text)
                if not (follow and more):
                    break
                arguments["cursor"] = more[1]
        return answers


program, folder, questions = sys.argv[1:]
print(json.dumps(asyncio.run(ask(program, folder, json.loads(questions)))))

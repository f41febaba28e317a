"""The reference as a page of its own: no script, nothing fetched from anywhere, readable on paper."""

from __future__ import annotations

import json
from collections import defaultdict
from html import escape
from typing import Any

from intake_api.problems import FAULTS, STATUS, TITLES

Json = dict[str, Any]
STYLE = """
:root{--ink:#1d2329;--soft:#59636e;--line:#d9dee3;--tint:#f5f7f9;--red:#9d2b22}
*{box-sizing:border-box}
body{margin:0;font:16px/1.7 "Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;color:var(--ink)}
code,pre,.path{font-family:"JetBrains Mono",Consolas,"Noto Sans Mono CJK SC",monospace;font-size:.9em}
a{color:inherit;text-decoration-color:var(--line);text-underline-offset:3px}
.page{display:grid;grid-template-columns:19rem minmax(0,52rem);gap:3rem;max-width:80rem;margin:0 auto}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:2rem 0 2rem 1.5rem}
nav{font-size:.875rem;line-height:1.5}
nav h2{font-size:.8rem;color:var(--soft);margin:1.4rem 0 .3rem;font-weight:600}
nav a{display:block;padding:.15rem 0;text-decoration:none}
nav a:hover{color:var(--red)}
main{padding:2rem 1.5rem 6rem 0}
h1{font-size:1.7rem;margin:0 0 .5rem}
main>h2{margin:4rem 0 0;padding-top:1rem;border-top:2px solid var(--ink);font-size:1.3rem}
section{margin-top:2.5rem;scroll-margin-top:1rem}
h3{margin:0;font-size:1.05rem}
.path{margin:.2rem 0 .6rem;overflow-wrap:anywhere}
.path b{color:var(--red);margin-right:.6rem}
.note,.scopes{color:var(--soft);font-size:.9rem;margin:.3rem 0}
h4{margin:1rem 0 .3rem;font-size:.85rem;color:var(--soft);font-weight:600}
pre{background:var(--tint);border-left:3px solid var(--line);padding:.8rem 1rem;margin:0}
pre{overflow:auto;line-height:1.5}
table{border-collapse:collapse;width:100%;font-size:.9rem}
td,th{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--soft)}
table+pre{margin-top:1rem}
td:nth-child(2){white-space:nowrap}
.front{max-width:42rem;margin:12vh auto;padding:0 1.5rem}
.front li{margin:.5rem 0}
@media(max-width:60rem){.page{display:block;padding:0 1rem}}
@media(max-width:60rem){nav{position:static;height:auto;padding:1rem 0;columns:2}}
@media print{nav{display:none}.page{display:block}section{break-inside:avoid}}
"""


def front_page(version: str) -> str:
    """Where to look."""
    links = (
        ("/p", "办理情况查询", "信访人凭信访件编号和查询码查询"),
        ("/docs", "接口文档", "每个接口的用途、参数、示例和错误代码"),
        ("/openapi.json", "OpenAPI 文件", "供程序生成客户端"),
        ("/readyz", "就绪状态", "数据库和各部件是否正常"),
        ("/metrics", "运行指标", "Prometheus 格式"),
    )
    items = "".join(
        f'<li><a href="{href}">{escape(name)}</a> · <span class="note">{escape(why)}</span></li>'
        for href, name, why in links
    )
    body = f"""<div class="front"><h1>信访件办理系统</h1>
<p class="note">Petition case system · {escape(version)}</p>
<p>本地址供门户、热线和各单位的业务系统对接使用。群众查询办理进度,请打开“办理情况查询”,或者到本地信访门户、窗口。</p>
<ul>{items}</ul></div>"""
    return _html("信访件办理系统", body)


def reference_page(document: Json) -> str:
    """The whole reference, from the OpenAPI document."""
    groups: dict[str, list[tuple[str, str, Json]]] = defaultdict(list)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups[(operation.get("tags") or ["其他 · other"])[0]].append((method.upper(), path, operation))
    menu = "".join(_menu(tag, found) for tag, found in groups.items())
    schemas = document["components"]["schemas"]
    parts = "".join(
        f"<h2>{escape(tag)}</h2>" + "".join(_operation(*each, schemas) for each in found)
        for tag, found in groups.items()
    )
    body = f"""<div class="page"><nav><a href="/">首页</a>{menu}<h2>错误 · problems</h2>
<a href="#problems">错误代码</a></nav><main><h1>接口文档</h1>
<p class="note">{escape(document["info"]["title"])} · {escape(document["info"]["version"])} ·
<a href="/openapi.json">openapi.json</a></p>{_prose(document["info"].get("description", ""))}
{parts}{_problems()}</main></div>"""
    return _html("接口文档", body)


def _html(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>
<body>{body}</body></html>
"""


def _menu(tag: str, found: list[tuple[str, str, Json]]) -> str:
    links = "".join(
        f'<a href="#{escape(operation["operationId"])}">{escape(operation["summary"])}</a>'
        for _, _, operation in found
    )
    return f"<h2>{escape(tag)}</h2>{links}"


def _operation(method: str, path: str, operation: Json, schemas: Json) -> str:
    scopes = [scope for way in operation.get("security", ()) for names in way.values() for scope in names]
    needed = " 或 ".join(f"<code>{escape(scope)}</code>" for scope in scopes)
    access = f"权限:{needed}" if needed else "无需令牌"
    return f"""<section id="{escape(operation["operationId"])}"><h3>{escape(operation["summary"])}</h3>
<p class="path"><b>{method}</b>{escape(path)}</p>{_prose(operation.get("description", ""))}
<p class="scopes">{access}</p>{_parameters(operation, schemas)}{_request(operation, schemas)}
{_answers(operation)}</section>"""


def _parameters(operation: Json, schemas: Json) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{_PLACES[each['in']]}"
        f"{'' if each.get('required') else ',可不填'}</td><td>{escape(_about(each, schemas))}</td></tr>"
        for each in operation.get("parameters", ())
    )
    return f"<h4>参数</h4><table>{rows}</table>" if rows else ""


_PLACES = {"path": "路径", "query": "查询", "header": "请求头", "cookie": "Cookie"}


def _about(parameter: Json, schemas: Json) -> str:
    """What a parameter or field is: its description, and the words that it may be."""
    schema = parameter["schema"]
    description = parameter.get("description") or schema.get("description") or ""
    allowed: dict[str, None] = {}
    for part in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        found = schemas[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        allowed |= dict.fromkeys(str(word) for word in found.get("enum", ()))
        allowed |= {str(found["const"]): None} if "const" in found else {}
    return ";".join(part for part in (description, "、".join(allowed)) if part)


def _request(operation: Json, schemas: Json) -> str:
    told = ""
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        fields = _fields(media.get("schema", {}), schemas)
        rows = "".join(
            f"<tr><td><code>{escape(name)}</code></td><td>{'必填' if needed else ''}</td>"
            f"<td>{escape(about)}</td></tr>"
            for name, (needed, about) in fields.items()
        )
        told += f"<h4>请求 {escape(kind)}</h4>" + (f"<table>{rows}</table>" if rows else "")
        samples = media.get("examples") or {"": {"value": media.get("example", "")}}
        for name, sample in samples.items():
            told += (f"<h4>{escape(name)}</h4>" if name else "") + _sample({"example": sample["value"]})
    return told


def _fields(schema: Json, schemas: Json, within: str = "") -> dict[str, tuple[bool, str]]:
    """What a body may hold: path of the field → whether it is needed there, and what it is."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    found: dict[str, tuple[bool, str]] = {}
    for choice in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        found |= {**_fields(choice, schemas, within), **found}
    if "items" in schema:
        return found | _fields(schema["items"], schemas, f"{within}[]")
    for name, part in schema.get("properties", {}).items():
        path = f"{within}.{name}" if within else name
        found[path] = (name in schema.get("required", ()), _about({"schema": part}, schemas))
        found |= _fields(part, schemas, path)
    return dict(sorted(found.items(), key=lambda field: field[0] != "channel"))


def _answers(operation: Json) -> str:
    told = ""
    refused = []
    for status, answer in operation["responses"].items():
        if status[0] != "2":
            refused.append(status)
            continue
        for media in answer.get("content", {}).values():
            told += f"<h4>回答 {status} {escape(answer['description'])}</h4>{_sample(media)}"
    return f'{told}<p class="note">错误:{escape("、".join(refused))}</p>'


def _sample(media: Json) -> str:
    sample = media.get("example", "")
    text = sample if isinstance(sample, str) else json.dumps(sample, ensure_ascii=False, indent=2)
    return f"<pre>{escape(text)}</pre>"


def _prose(text: str) -> str:
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    return "".join(_block(block) for block in blocks)


def _block(text: str) -> str:
    marked = escape(text).split("`")
    text = "".join(f"<code>{part}</code>" if odd % 2 else part for odd, part in enumerate(marked))
    if text.startswith("* "):
        items = text[2:].split("\n* ")
        return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
    return f"<p>{text}</p>"


def _problems() -> str:
    faults = [(code, int(row["status"]), str(row["zh"])) for code, row in FAULTS.items()]
    refusals = [(kind.code(), status, (kind.__doc__ or "").strip()) for kind, status in STATUS.items()]
    rows = "".join(
        f'<tr id="{code}"><td><code>{code}</code></td><td>{status} {TITLES[status][0]}</td>'
        f"<td>{escape(message)}</td></tr>"
        for code, status, message in sorted(faults + refusals, key=lambda row: (row[1], row[0]))
    )
    return f"""<h2 id="problems">错误代码</h2><p>每个错误的 <code>type</code> 指向下表中的一行。</p>
<table><tr><th>code</th><th>状态</th><th>说明</th></tr>{rows}</table>"""

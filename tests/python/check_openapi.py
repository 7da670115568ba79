"""Validates an OpenAPI document from standard input, and its examples by their own schemas."""

import json
import sys

import jsonschema
import openapi_spec_validator


def schemas(value):
    if isinstance(value, dict):
        if "type" in value and "examples" in value:
            yield value
        for member in value.values():
            yield from schemas(member)
    elif isinstance(value, list):
        for member in value:
            yield from schemas(member)


document = json.load(sys.stdin)
openapi_spec_validator.validate(document)
with_examples = list(schemas(document))
for schema in with_examples:
    for example in schema["examples"]:
        jsonschema.validate(example, schema, jsonschema.Draft202012Validator)
if len(with_examples) < 10:
    sys.exit("the document has hardly an example")

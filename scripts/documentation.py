"""Checks of the documentation: symbols without a doc comment, and links that lead nowhere.

  documentation.py symbols FOLDER    the symbol graphs in a folder
  documentation.py links SITE        the pages of a site that docc generated
"""

import json
import pathlib
import sys


def undocumented(folder):
    """The public symbols without a doc comment, each with its location; and the number of all symbols."""
    missing, count = [], 0
    for path in sorted(pathlib.Path(folder).rglob("*.symbols.json")):
        graph = json.loads(path.read_text())
        for symbol in graph["symbols"]:
            name = symbol["pathComponents"][-1]
            # Symbols that the compiler creates for a property wrapper are documented by their property.
            if "::SYNTHESIZED::" in symbol["identifier"]["precise"] or name.startswith("$"):
                continue
            count += 1
            lines = symbol.get("docComment", {}).get("lines", [])
            if not any(line["text"].strip() for line in lines):
                place = symbol.get("location", {})
                file = place.get("uri", "").removeprefix("file://")
                line = place.get("position", {}).get("line", 0) + 1
                module = graph["module"]["name"]
                missing.append(f"{file}:{line}: {module}.{'.'.join(symbol['pathComponents'])}")
    return missing, count


def references(value):
    """The references of a page or part of a page: links, topics, images."""
    if isinstance(value, dict):
        if "identifier" in value and value.get("type") in ("topic", "link", "image"):
            yield value
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def broken_links(site):
    """The links to pages and images that the site lacks, each with its page; and the number of all links."""
    site = pathlib.Path(site)
    broken, checked = set(), set()
    for path in sorted((site / "data").rglob("*.json")):
        page = path.relative_to(site / "data").with_suffix("")
        for reference in references(json.loads(path.read_text()).get("references", {})):
            if reference["type"] == "image":
                # The paths of a merged site begin with the name of the module's archive.
                targets = [variant["url"] for variant in reference.get("variants", [])]
                exists = targets and all((site / url.lstrip("/")).exists() for url in targets)
                target = reference["identifier"]
            else:
                target = reference.get("url", "")
                local = target.split("#")[0].strip("/")
                exists = target.startswith(("https://", "http://")) or (
                    (site / "data" / f"{local}.json").exists())
            checked.add((page, target))
            if not exists:
                broken.add(f"{page}: {target or reference['identifier']}")
    return sorted(broken), len(checked)


def main(check, path):
    found, count = {"symbols": undocumented, "links": broken_links}[check](path)
    for line in found:
        print(line)
    print(f"{check}: {count:,}, of which {len(found)} "
          + {"symbols": "without documentation", "links": "broken"}[check])
    return 1 if found or count == 0 else 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("symbols", "links"):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))

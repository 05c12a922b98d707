#!/usr/bin/env python3
"""Checks letters as a receiver sees them, with libraries that are not ours: RFC 5322 syntax, both parts with the
same answer link, the headers for stopping (RFC 8058), and the DKIM signature.

Exits with 0 and says what was checked, or with 1 and says what is wrong, one line each. Debian: python3,
python3-dkim."""

import argparse
import base64
import email
import email.policy
import email.utils
import pathlib
import re
import sys

ONCE = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted"]
AT_MOST_ONCE = ["Reply-To", "Sender", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Content-Language"]
SIGNED = ["from", "to", "subject", "date", "message-id", "mime-version", "content-type", "auto-submitted"]
SIGNED_IF_THERE = ["reply-to", "list-id", "list-unsubscribe", "list-unsubscribe-post"]


class Wrong(Exception):
    pass


def need(true, what):
    if not true:
        raise Wrong(what)


def check_syntax(raw):
    need(b"\r\n\r\n" in raw, "there is no end of the headers")
    need(not re.search(rb"\r(?!\n)|(?<!\r)\n", raw), "a CR or LF stands alone")
    need(b"\0" not in raw, "there is a NUL")
    need(all(len(line) <= 998 for line in raw.split(b"\r\n")), "a line is longer than 998 characters")
    head = raw.split(b"\r\n\r\n", 1)[0]
    need(head.isascii(), "a header is not ASCII")
    for line in head.split(b"\r\n"):
        folded = line[:1] in (b" ", b"\t")
        need(not folded or line.strip(), "a folded line is empty")
        need(folded or re.match(rb"[!-9;-~]+:( |\r|$|\S)", line), f"this is no header: {line!r}")


def check_headers(message):
    for name in ONCE:
        need(len(message.get_all(name, [])) == 1, f"{name} is there {len(message.get_all(name, []))} times")
    for name in AT_MOST_ONCE:
        need(len(message.get_all(name, [])) <= 1, f"{name} is there more than once")
    for part in message.walk():
        need(not part.defects, f"a part is malformed: {part.defects}")
        for name, value in part.items():
            need(not getattr(value, "defects", []), f"{name} is malformed: {value.defects}")
    for name in ["From", "To"] + (["Reply-To"] if "Reply-To" in message else []):
        addresses = message[name].addresses
        need(len(addresses) == 1 and addresses[0].domain, f"{name} is not one address")
    need(email.utils.parsedate_to_datetime(str(message["Date"])).tzinfo is not None, "Date has no zone")
    need(re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", message["Message-ID"].strip()), "Message-ID is malformed")
    need(message["Auto-Submitted"] == "auto-generated", "Auto-Submitted is not auto-generated")
    need(message["MIME-Version"] == "1.0", "MIME-Version is not 1.0")


def check_parts(message, link):
    need(message.get_content_type() == "multipart/alternative", "it is not multipart/alternative")
    kinds = [part.get_content_type() for part in message.iter_parts()]
    need(kinds == ["text/plain", "text/html"], f"the parts are {kinds}")
    texts = [part.get_content() for part in message.iter_parts()]
    need(all(text.strip() for text in texts), "a part is empty")
    if not link:
        return
    links = [set(re.findall(r"https?://[^\s\"'<>]+?/s/[A-Za-z0-9_-]{16,}", text)) for text in texts]
    need(len(links[0]) == 1, f"the text has {len(links[0])} answer links")
    need(links[0] == links[1], "text and HTML have different answer links")


def check_stop(message):
    ways = re.findall(r"<([^<>]*)>", message["List-Unsubscribe"] or "")
    web = [way for way in ways if way.startswith(("https:", "http:"))]
    need(len(web) == 1, f"List-Unsubscribe has {len(web)} web addresses")
    post = message["List-Unsubscribe-Post"]
    if web[0].startswith("https:"):
        need(post == "List-Unsubscribe=One-Click", "List-Unsubscribe-Post is missing or wrong")
    else:
        need(post is None, "one click is offered without https")
    need(re.search(r"<[A-Za-z0-9_.-]+>$", message["List-Id"] or ""), "List-Id is missing or malformed")


def record(pem):
    lines = [line for line in pem.read_text().splitlines() if line and not line.startswith("-")]
    der = base64.b64decode("".join(lines))
    # RFC 8463: the bare 32 bytes of an Ed25519 key, which end its SubjectPublicKeyInfo of 44.
    kind, key = ("ed25519", der[-32:]) if len(der) == 44 else ("rsa", der)
    return f"v=DKIM1; k={kind}; p={base64.b64encode(key).decode()}".encode()


def check_signature(raw, message, pem):
    import dkim

    need(len(message.get_all("DKIM-Signature", [])) == 1, "there is not one DKIM signature")
    signature = "".join(str(message["DKIM-Signature"]).split())
    tags = dict(tag.split("=", 1) for tag in signature.split(";") if tag)
    need(tags["c"] == "relaxed/relaxed", f"the signature is {tags['c']}")
    covered = tags["h"].lower().split(":")
    wanted = SIGNED + [name for name in SIGNED_IF_THERE if name in message]
    missing = [name for name in wanted if name not in covered]
    need(not missing, f"the signature does not cover {', '.join(missing)}")
    answer = record(pem)
    asked = []

    def dns(name, timeout=5):
        asked.append(name.decode() if isinstance(name, bytes) else name)
        return answer

    need(dkim.verify(raw, dnsfunc=dns), "the DKIM signature does not verify")
    return asked[0].rstrip(".")


def check(file, options):
    raw = file.read_bytes()
    if options.stored:
        raw = re.sub(rb"\r?\n", b"\r\n", raw)
    check_syntax(raw)
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    check_headers(message)
    check_parts(message, not options.no_link)
    done = "syntax, headers, parts"
    if not options.no_link:
        check_stop(message)
        done += ", answer link, stopping"
    if options.dkim_key:
        done += f", signature by {check_signature(raw, message, options.dkim_key)}"
    return done


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("place", type=pathlib.Path, help="a letter, or a folder with letters")
    parser.add_argument("--dkim-key", type=pathlib.Path, metavar="FILE", help="public key (PEM): letters must be signed")
    parser.add_argument("--stored", action="store_true", help="lines end with LF, as mail servers store them")
    parser.add_argument("--no-link", action="store_true", help="the letter asks nothing, so it needs no links")
    options = parser.parse_args()
    files = [options.place]
    if options.place.is_dir():
        files = sorted(file for file in options.place.rglob("*") if file.is_file() and file.name[0] != ".")
    wrong = 0 if files else 1
    if not files:
        print(f"{options.place}: there is no letter")
    for file in files:
        try:
            print(f"{file.name}: checked {check(file, options)}")
        except Exception as error:
            wrong += 1
            print(f"{file.name}: WRONG: {error}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

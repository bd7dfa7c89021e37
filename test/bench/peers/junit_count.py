"""Counts the test cases of a JUnit file with one of Python's parsers: junit_count.py METHOD FILE.

Prints {"testcases", "seconds", "cpuSeconds", "peakRssBytes"} (what the parse added to the process). Exit status 3: not installed.
"""

import json
import resource
import sys
import time

METHOD, PATH = sys.argv[1:]


def max_rss_bytes():
    # Linux counts in KiB, macOS in bytes: getrusage(2).
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def expat():
    from xml.parsers.expat import ParserCreate

    parser = ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 65536
    names = {}

    def start(name, attributes):
        names[name] = names.get(name, 0) + 1

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: None
    parser.CharacterDataHandler = lambda text: None

    def run():
        with open(PATH, "rb") as file:
            parser.ParseFile(file)
        return names["testcase"]

    return run


def element_tree():
    from xml.etree import ElementTree

    return lambda: sum(1 for _ in ElementTree.parse(PATH).iter("testcase"))


def iterparse():
    from xml.etree import ElementTree

    def run():
        testcases = 0
        for _, element in ElementTree.iterparse(PATH):
            if element.tag == "testcase":
                testcases += 1
            if element.tag in ("testcase", "testsuite"):
                element.clear()
        return testcases

    return run


def lxml_tree():
    from lxml import etree

    return lambda: sum(1 for _ in etree.parse(PATH, etree.XMLParser(huge_tree=True)).iter("testcase"))


try:
    work = {"expat": expat, "element-tree": element_tree, "iterparse": iterparse, "lxml": lxml_tree}[METHOD]()
except ImportError as missing:
    print(missing, file=sys.stderr)
    sys.exit(3)

before = max_rss_bytes()
started = time.perf_counter()
started_cpu = time.process_time()
testcases = work()
seconds = time.perf_counter() - started
cpu_seconds = time.process_time() - started_cpu
added = max_rss_bytes() - before
print(json.dumps({"testcases": testcases, "seconds": seconds, "cpuSeconds": cpu_seconds, "peakRssBytes": added}))

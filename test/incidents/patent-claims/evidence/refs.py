import re
# "EP 1 234 567 A1, US-5,123,456, and WO 99/12345"
REF = re.compile(r"(?:(?:EP|US|WO)?[\s\-,./]*(?:\d+[\s,./]*)+)+\s*[AB]\d\b")

def references(text):
    return [m.group(0).strip() for m in REF.finditer(text)]

"""Addresses as they are compared: one key however somebody wrote them.

Abbreviations: USPS Publication 28, the common ones.
"""

import re

ABBREVIATIONS = """
STREET=ST AVENUE=AVE AV=AVE BOULEVARD=BLVD ROAD=RD DRIVE=DR LANE=LN COURT=CT
PLACE=PL PARKWAY=PKWY PKY=PKWY HIGHWAY=HWY CIRCLE=CIR SQUARE=SQ TERRACE=TER
TRAIL=TRL TURNPIKE=TPKE PIKE=PIKE EXPRESSWAY=EXPY FREEWAY=FWY CENTER=CTR CENTRE=CTR
PLAZA=PLZ POINT=PT CROSSING=XING MOUNT=MT SAINT=ST FORT=FT NORTH=N SOUTH=S EAST=E
WEST=W NORTHEAST=NE NORTHWEST=NW SOUTHEAST=SE SOUTHWEST=SW SUITE=STE UNIT=STE
ROOM=RM BUILDING=BLDG FLOOR=FL APARTMENT=STE APT=STE DEPARTMENT=DEPT FIRST=1ST
SECOND=2ND THIRD=3RD FOURTH=4TH FIFTH=5TH SIXTH=6TH SEVENTH=7TH EIGHTH=8TH NINTH=9TH
TENTH=10TH
"""
WORDS = dict(pair.split("=") for pair in ABBREVIATIONS.split())
STATE_CODES = """
ALABAMA=AL ALASKA=AK ARIZONA=AZ ARKANSAS=AR CALIFORNIA=CA COLORADO=CO CONNECTICUT=CT
DELAWARE=DE FLORIDA=FL GEORGIA=GA HAWAII=HI IDAHO=ID ILLINOIS=IL INDIANA=IN IOWA=IA
KANSAS=KS KENTUCKY=KY LOUISIANA=LA MAINE=ME MARYLAND=MD MASSACHUSETTS=MA MICHIGAN=MI
MINNESOTA=MN MISSISSIPPI=MS MISSOURI=MO MONTANA=MT NEBRASKA=NE NEVADA=NV
NEW_HAMPSHIRE=NH NEW_JERSEY=NJ NEW_MEXICO=NM NEW_YORK=NY NORTH_CAROLINA=NC
NORTH_DAKOTA=ND OHIO=OH OKLAHOMA=OK OREGON=OR PENNSYLVANIA=PA RHODE_ISLAND=RI
SOUTH_CAROLINA=SC SOUTH_DAKOTA=SD TENNESSEE=TN TEXAS=TX UTAH=UT VERMONT=VT
VIRGINIA=VA WASHINGTON=WA WEST_VIRGINIA=WV WISCONSIN=WI WYOMING=WY
DISTRICT_OF_COLUMBIA=DC PUERTO_RICO=PR
"""
STATES = dict(pair.split("=") for pair in STATE_CODES.split())
LONGEST_KEY = 400
NOT_WORD = re.compile(r"[^0-9A-Z]+")


def state_code(name: str) -> str:
    """`Tennessee` -> `TN`; what is no state's name stays, in capitals."""
    capitals = " ".join(name.upper().split())
    return STATES.get(capitals.replace(" ", "_"), capitals)


def key(street: str, more: str, city: str, state: str, zip_code: str) -> str:
    """What two spellings of one address have in common; "" without a street."""
    place = _plain(f"{street} {more}")
    if not place:
        return ""
    parts = (place, _plain(city), state_code(state), zip_code[:5])
    return "|".join(parts)[:LONGEST_KEY]


def _plain(text):
    words = NOT_WORD.sub(" ", text.upper().replace("#", " STE ")).split()
    plain = [WORDS.get(word, word) for word in words]
    # "STE # 4" says the same thing twice.
    return " ".join(
        word
        for place, word in enumerate(plain)
        if not (place and word == plain[place - 1] == "STE")
    )


def zip_parts(value: str) -> tuple[str, str, bool]:
    """(five digits, four more, was it repaired?) of a US ZIP code.

    Spreadsheets write 37203.0 and eat the zeros of 02906; what cannot be a ZIP
    code gives blanks.
    """
    text = value.strip()
    digits = re.sub(r"\.0+$", "", text).replace("-", "").replace(" ", "")
    if not re.fullmatch(r"[0-9]{3,9}", digits) or len(digits) == 6:
        return "", "", False
    whole = digits.zfill(5 if len(digits) <= 5 else 9)
    is_repaired = whole != text.replace("-", "")
    return whole[:5], whole[5:] if whole[5:] != "0000" else "", is_repaired

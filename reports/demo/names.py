"""Made-up names of the demo market. The places are real, nobody else is."""

NETWORK = "Ridgewater"
COMPETITORS = ["Stones River", "Harpeth Valley"]

FIRST_NAMES = """
Aaron Abigail Adaeze Alan Alicia Amara Amir Andrea Angela Anita Anthony Aisha
Benjamin Beth Brandon Bridget Camille Carlos Caroline Cedric Charlotte Chidi
Christine Clara Colin Cynthia Dana Daniel Darius Deepa Denise Derek Diana Dominic
Edith Elena Elias Emily Eric Esther Farah Felix Fiona Gabriel George Grace Gregory
Hannah Harold Hector Helen Ibrahim Imani Irene Isaac Ivy Jacob Janelle Jasmine
Joel Jonathan Joyce Julian Karen Keisha Kevin Kiran Laura Leah Leon Lillian Luis
Lydia Malik Marcus Margaret Maria Martin Maya Megan Mei Michael Miriam Monica
Nadia Naomi Nathan Neha Nicholas Nina Noah Olivia Omar Oscar Pamela Patrick Paula
Peter Priya Rachel Rafael Raymond Rebecca Renee Robert Rosa Ruth Samantha Samir
Sarah Sean Selena Simone Sofia Stephen Susan Tamara Teresa Theodore Thomas Tobias
Valerie Vanessa Victor Vikram Vivian Walter Wendell Wesley William Winston Yolanda
Yusuf Zoe
""".split()

LAST_NAMES = """
Abbott Acheampong Adkins Ahmed Albright Alvarez Anand Applewhite Archer Arroyo
Ashworth Atwood Bailey Balogun Banerjee Barlow Barrera Baxter Beckett Bellamy
Benson Bhatt Blackwell Boateng Bostwick Bowers Brantley Brewster Broussard
Buchanan Burgess Cabrera Caldwell Callahan Cantrell Carmichael Castellano Chandra
Chatterjee Cho Clayborne Coleman Conway Corbin Crawford Cunningham Dalton Daniels
Davenport Delacroix Desai Dillard Donnelly Driscoll Duarte Eastman Ellison
Emerson Espinoza Fairchild Farrell Faulkner Fernandez Fitzgerald Fontaine Forsyth
Foster Galloway Garrison Gentry Gill Goldberg Grantham Greenlee Guerrero Gupta
Haddad Halloway Hammond Hargrove Harkness Hastings Hawthorne Hendricks Herrera
Holloway Hollis Huang Hutchins Iyer Jacobs Jamison Jefferies Joshi Kapoor Kearney
Keller Kendrick Khan Kilpatrick Kim Kirkland Kwon Lambert Langston Larkin Lattimore
Ledbetter Lin Lockhart Lombardi Lowery Mackey Maddox Malone Marchetti Mather
Matsuda Mayfield McAllister McBride McCallum McKenna Mehta Mercer Merritt Middleton
Moreau Moreno Morgan Nakamura Nash Navarro Nguyen Norwood Novak Nwosu Oakley
Okafor Okonkwo Oliveira Orozco Osborne Ostrowski Padgett Palmer Pappas Parrish
Patel Pemberton Pereira Phan Pickett Pratt Prescott Qureshi Quintero Ramirez
Randolph Rao Redding Reyes Rhodes Rivera Rosenthal Rowland Rutledge Salazar Sanford
Santiago Sawyer Schaefer Sellers Shah Sharma Sheffield Singh Solomon Spencer
Stafford Stanton Sterling Strickland Sullivan Sutherland Talley Tanner Thackeray
Thornton Tillman Townsend Tran Trujillo Underwood Valdez Vance Vaughn Velasquez
Wainwright Walden Warfield Weatherly Webber Weiss Whitaker Whitfield Wilkerson
Winfrey Wolcott Woodard Wright Yamada Yates Zamora Zeller
""".split()

STREETS = (
    """
Belmont Blvd|Church St|Charlotte Ave|Clifton Pike|Cool Springs Way|Dickerson Pike
Franklin Rd|Gallatin Pike|Granny White Pike|Hillsboro Pike|Hobson Pike|Indian Lake Rd
Lebanon Pike|Mack Hatcher Pkwy|Medical Center Pkwy|Memorial Blvd|Murfreesboro Pike
Nolensville Pike|Old Fort Pkwy|Patterson St|Rivergate Dr|Sam Ridley Pkwy|State St
Stewarts Ferry Pike|Thompson Ln|Trousdale Ave|Two Mile Pike|Wedgewood Ave|West End Ave
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

# Territory -> city -> its ZIP codes.
TERRITORIES = {
    "Davidson North": {
        "Nashville": ["37207", "37208", "37209", "37216", "37218"],
        "Madison": ["37115"],
        "Goodlettsville": ["37072"],
        "Old Hickory": ["37138"],
    },
    "Davidson South": {
        "Nashville": ["37203", "37204", "37205", "37210", "37211", "37212", "37215"],
        "Antioch": ["37013"],
        "Hermitage": ["37076"],
    },
    "Rutherford-Williamson": {
        "Brentwood": ["37027"],
        "Franklin": ["37064", "37067", "37069"],
        "Murfreesboro": ["37128", "37129", "37130"],
        "Smyrna": ["37167"],
    },
    "Sumner-Wilson": {
        "Hendersonville": ["37075"],
        "Gallatin": ["37066"],
        "Lebanon": ["37087", "37090"],
        "Mount Juliet": ["37122"],
        "White House": ["37188"],
    },
}
REGION = "Middle Tennessee"

PRACTICE_WORDS = [
    "Creekside",
    "Oak Hill",
    "Riverbend",
    "Stonegate",
    "Maplewood",
    "Harbor View",
    "Briarwood",
    "Fox Run",
    "Cedar Grove",
    "Sunrise",
    "Greenbrier",
    "Walnut Ridge",
    "Bluebird",
    "Lakeshore",
    "Northfield",
    "Meadow",
    "Iron Gate",
    "Heritage",
    "Parkway",
    "Four Corners",
    "Magnolia",
    "Old Mill",
    "Hilltop",
    "Pinecrest",
    "Willow Bend",
    "Millbrook",
    "Redbud",
    "Fieldstone",
]

# Kind of referring practice -> taxonomy code of its physicians.
REFERRING_KINDS = {
    "Family Medicine": "207Q00000X",
    "Internal Medicine": "207R00000X",
    "Primary Care": "208D00000X",
    "Pediatrics": "208000000X",
    "Women's Health": "207V00000X",
}

# What the code set calls the codes of the market.
TAXONOMY_NAMES = {
    "207Q00000X": "Family Medicine Physician",
    "207R00000X": "Internal Medicine Physician",
    "208D00000X": "General Practice Physician",
    "208000000X": "Pediatrics Physician",
    "207V00000X": "Obstetrics & Gynecology Physician",
    "207RC0000X": "Cardiovascular Disease Physician",
    "207X00000X": "Orthopaedic Surgery Physician",
    "207RG0100X": "Gastroenterology Physician",
    "2084N0400X": "Neurology Physician",
    "208800000X": "Urology Physician",
    "207RH0003X": "Hematology & Oncology Physician",
    "207RE0101X": "Endocrinology, Diabetes & Metabolism Physician",
    "261QM1300X": "Multi-Specialty Clinic/Center",
}

# Service line -> (taxonomy code of its specialists, margin in dollars,
# share of referrals, share of the network's own referrals that leak).
SPECIALTIES = {
    "Cardiology": ("207RC0000X", 1850, 0.22, 0.16),
    "Orthopedics": ("207X00000X", 2400, 0.20, 0.58),
    "Gastroenterology": ("207RG0100X", 1100, 0.16, 0.21),
    "Neurosciences": ("2084N0400X", 1300, 0.12, 0.24),
    "Urology": ("208800000X", 1250, 0.11, 0.18),
    "Oncology": ("207RH0003X", 3100, 0.09, 0.19),
    "Endocrinology": ("207RE0101X", 420, 0.10, 0.22),
}

PAYERS = ["Medicare", "Volunteer Mutual", "Ridgeline Health Plan", "TennState Medicaid"]
PURPOSES = [
    "Introduce a new physician",
    "Service line update",
    "Access and scheduling",
    "Follow up on referrals",
    "Relationship",
]
VISIT_NOTES = [
    "Asked for faster access for new patients. Left the direct scheduling number.",
    "Front desk likes the one-page referral form. Wants reports back by fax.",
    "Interested in meeting the new specialist. Lunch suggested in two weeks.",
    "Happy with turnaround lately. Mentioned parking at the main campus.",
    "Compares our wait with another group. Promised a call with access numbers.",
    "Short talk between patients. Will read the material and call back.",
    "Wants a single point of contact for urgent cases.",
]
NEXT_STEPS = [
    "Send the direct scheduling line",
    "Call about the last three referrals",
    "Bring the updated referral guide",
    "Arrange a meeting with the specialist",
    "Ask whether reports arrive",
]

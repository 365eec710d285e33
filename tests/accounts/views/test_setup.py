from django.urls import reverse

from accounts.views.home import CARDS


def test_each_card_leads_to_a_page_the_administrator_may_open(signed_in, administrator):
    admin = signed_in(administrator)

    page = admin.get("/setup/").content.decode()

    for _, _, name, _, *query in CARDS:
        address = "".join([reverse(name), *query])
        assert f'href="{address}"' in page
        assert admin.get(address).status_code == 200

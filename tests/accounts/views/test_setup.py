def test_the_cards_lead_to_what_an_administrator_sets_up(signed_in, administrator):
    page = signed_in(administrator).get("/setup/")

    for url in ("/people/", "/territories/", "/audit/"):
        assert f'href="{url}"' in page.content.decode()

def test_up(sign_in, cast):
    ned = sign_in(cast.ned)
    r = ned.get("/bridge/dashboard/")
    assert r.status_code == 200, r.text

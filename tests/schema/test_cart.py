"""The cart: sections a student considers; it holds no seat."""

from tests.schema.campus import Campus, Data, broken, ids_like, in_days

CART = "student { cart { addedAt section { id enrolled } } }"


def cart(payload: Data) -> list[str]:
    return [item["section"]["id"] for item in payload["student"]["cart"]]


def test_what_is_put_in_is_there_in_the_order_it_came(campus: Campus) -> None:
    student, sections = campus.student(), [campus.section(), campus.section(capacity=0)]

    for section in sections:
        payload = campus.made("addToCart", CART, student=student, section=section)

    assert cart(payload) == sections
    assert [item["section"]["enrolled"] for item in payload["student"]["cart"]] == [0, 0]
    assert [fact["type"] for fact in payload["facts"]] == ["SectionAddedToCart"]
    assert payload["student"]["cart"][0]["addedAt"] <= payload["student"]["cart"][1]["addedAt"]


def test_twice_in_and_twice_out_is_one_fact_each(campus: Campus) -> None:
    seat = {"student": campus.student(), "section": campus.section()}

    added = [campus.made("addToCart", CART, **seat) for _ in range(2)]
    removed = [campus.made("removeFromCart", CART, **seat) for _ in range(2)]

    assert [len(payload["facts"]) for payload in added + removed] == [1, 0, 1, 0]
    assert cart(removed[-1]) == []


def test_enrolling_takes_it_out_of_the_cart(campus: Campus) -> None:
    seat = {"student": campus.student(), "section": campus.section()}
    campus.made("addToCart", **seat)

    payload = campus.made("enroll", CART, **seat)

    assert cart(payload) == []


def test_what_one_has_one_need_not_consider(campus: Campus) -> None:
    seat = {"student": campus.student(), "section": campus.section()}
    campus.enroll(**seat)

    assert broken(campus.do("addToCart", **seat)) == [("ALREADY_ENROLLED", None)]


def test_one_may_consider_what_is_not_open_yet(campus: Campus) -> None:
    section = campus.section(campus.term(registrationOpensAt=in_days(1)))

    assert campus.made("addToCart", student=campus.student(), section=section)["position"]


def test_nobody_and_nothing_are_refused_by_name(campus: Campus) -> None:
    nobody = {"student": ids_like("Student"), "section": ids_like("Section")}

    for command in ("addToCart", "removeFromCart"):
        assert broken(campus.do(command, **nobody)) == [
            ("NOT_FOUND", ["input", "student"]),
            ("NOT_FOUND", ["input", "section"]),
        ]


def test_a_cart_is_one_s_own(campus: Campus) -> None:
    seat = {"student": campus.student(), "section": campus.section()}
    own, other = campus.student_token(seat["student"]), campus.student_token(campus.student())

    assert campus.try_("addToCart", as_=other, **seat).codes == ["FORBIDDEN"]
    assert cart(campus.made("addToCart", CART, own, **seat)) == [seat["section"]]
    assert campus.try_("removeFromCart", as_=other, **seat).codes == ["FORBIDDEN"]

from tests.tenants.accounts.conftest import *
import sqlalchemy as sa
def test_x(open_browser, cast, with_password, mailbox, deliver, operator):
    here = open_browser()
    with_password(cast.mia)
    r=here.send("/forgotten-password", email=cast.mia.email)
    print(r.status_code)
    import re; print(re.findall(r'class="flash.*?</p>', r.text, re.S))
    print(operator.execute(sa.text("select id,kind,state,error,person_id from letter")).all())
    print(operator.execute(sa.text("select id,task_name,status,args,queue_name from procrastinate_jobs")).all())
    deliver()
    operator.rollback()
    print(operator.execute(sa.text("select id,kind,state,error from letter")).all())
    print(operator.execute(sa.text("select id,task_name,status,attempts from procrastinate_jobs")).all())
    assert 0

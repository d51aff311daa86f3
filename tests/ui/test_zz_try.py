import time
from pathlib import Path
from tests.ui.session_driver import *
import pytest
from PyQt6.QtWidgets import QApplication

def test_try(tmp_path, monkeypatch, caplog, qapp):
    plan = cut("find-your-muscle")
    t0=time.time()
    def plot(s):
        w=s.window
        T=lambda n: print(n, round(time.time()-t0,2), s.step, round(s.station.time.now-1000,1), flush=True)
        T("begin")
        s.wait(lambda: w.row.primary is not None)
        card = w.page.list.cards[0]
        s.click(card)
        s.press("prepare")
        T("prepare")
        s.go_on(2)
        print(w.page.note())
        p=w.page
        s.click(p.safety.wall.no)
        s.click(p.safety.first.none)
        s.click(p.safety.second.none)
        s.go_on(1)
        print(w.page.note(), [i.name+":"+i.light for i in p.signal.items])
        s.press("next")
        T("calib")
        s.go_on(.5)
        s.press("begin")
        s.until(lambda: s.practice.calibration is None and s.practice.result is not None)
        s.go_on(.3)
        print(s.practice.result.verdict, s.practice.references)
        T("calibrated")
        s.press("train")
        s.go_on(.3)
        T("train")
        r=w.train.cards.rating
        print(r.isVisible())
        s.click(r.rows["pain"][1]); s.click(r.rows["effort"][2])
        s.wait(lambda: r.isHidden())
        T("rated")
        s.press("pause")
        s.until(lambda: s.exercise and s.exercise.phase=="done", 300)
        T("done")
        s.go_on(.5)
        s.click(r.rows["pain"][1]); s.click(r.rows["effort"][2])
        s.wait(lambda: r.isHidden())
        T("rated")
        s.press("finish")
        s.go_on(.3)
        T("review")
        s.wait(lambda: w.page.state=="shown")
        T("shown")
        print(w.page.sheet.sentences.accessibleDescription())
        print(s.words)
    with app_on_granted_time(tmp_path, monkeypatch, caplog, (plan,)) as app:
        s=app.run(plot)
    print(app.trouble())
    print("end", time.time()-t0)

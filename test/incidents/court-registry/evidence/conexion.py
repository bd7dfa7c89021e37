# fragmento de app/db.py
import sqlite3
RUTA = "/var/lib/registro/registro.db"
def abrir(espera=60):
    return sqlite3.connect(RUTA, timeout=espera)   # avisos.py: abrir(espera=5)

# ops/lib/certs.sh - a certificate authority for demo and tests, its server certificates and the
# office's client certificate. To be sourced. In production certificates come from elsewhere and
# only their paths are configured (ops/README.md).

CERT_DAYS=825 # browsers refuse longer ones
CERT_RENEW_S=$((30 * 24 * 3600))

# cert_new OUT SUBJECT CA EXTENSIONS: OUT.key (P-256) and OUT.pem, signed by CA/ca.key.
cert_new() {
    (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$1.key") && cert_sign "$@"
}

# The same with the OUT.key that is there.
cert_sign() {
    local out=$1 subject=$2 ca=$3 extensions=$4
    (
        umask 077
        openssl req -new -key "$out.key" -subj "$subject" -out "$out.csr" &&
            openssl x509 -req -in "$out.csr" -CA "$ca/ca.pem" -CAkey "$ca/ca.key" \
                -set_serial "0x$(openssl rand -hex 16)" -days "$CERT_DAYS" -sha256 \
                -extfile <(printf '%s\n' "$extensions") -out "$out.pem" 2>/dev/null
    ) || return 1
    rm -f "$out.csr"
}

is_fresh() { [ -s "$1" ] && openssl x509 -in "$1" -noout -checkend "$CERT_RENEW_S" >/dev/null 2>&1; }

# ca_init DIR: DIR/ca.pem (readable by all, it is what browsers and tests trust) and DIR/ca.key.
ca_init() {
    install -d -m 0755 "$1"
    is_fresh "$1/ca.pem" && return
    (
        umask 077
        openssl ecparam -name prime256v1 -genkey -noout -out "$1/ca.key" &&
            openssl req -x509 -new -key "$1/ca.key" -sha256 -days 3650 -out "$1/ca.pem" \
                -subj "/O=Ibasho/CN=Ibasho demo authority, trusted by nobody else" \
                -addext "basicConstraints=critical,CA:true,pathlen:0" \
                -addext "keyUsage=critical,keyCertSign,cRLSign" \
                -addext "nameConstraints=critical,permitted;DNS:${IBASHO_DOMAIN:-localhost}"
    ) || return 1
    chmod 0644 "$1/ca.pem"
}

# cert_server CA OUT GROUP NAME...: OUT holds certificate, authority and key, as HAProxy reads them.
cert_server() {
    local ca=$1 out=$2 group=$3 names
    shift 3
    is_fresh "$out" && openssl verify -CAfile "$ca/ca.pem" "$out" >/dev/null 2>&1 && return
    printf -v names 'DNS:%s,' "$@"
    cert_new "$out.new" "/O=Ibasho/CN=$1" "$ca" "subjectAltName=${names%,}
basicConstraints=critical,CA:false
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth" || return 1
    (
        umask 077
        cat "$out.new.pem" "$ca/ca.pem" "$out.new.key" >"$out.tmp"
    )
    chown "root:$group" "$out.tmp" && chmod 0640 "$out.tmp" && mv "$out.tmp" "$out"
    rm -f "$out.new.pem" "$out.new.key"
}

# cert_federation CA OUT GROUP NAME: as cert_server, but a renewed certificate keeps its key, which
# the other nodes know by its pin (cert_pin).
cert_federation() {
    local ca=$1 out=$2 group=$3 name=$4
    is_fresh "$out" && openssl verify -CAfile "$ca/ca.pem" "$out" >/dev/null 2>&1 && return
    (
        umask 077
        if [ -s "$out" ]; then
            openssl pkey -in "$out" -out "$out.new.key"
        else
            openssl ecparam -name prime256v1 -genkey -noout -out "$out.new.key"
        fi
    ) && cert_sign "$out.new" "/O=Ibasho/CN=$name" "$ca" "subjectAltName=DNS:$name
basicConstraints=critical,CA:false
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth" || return 1
    (
        umask 077
        cat "$out.new.pem" "$ca/ca.pem" "$out.new.key" >"$out.tmp"
    )
    chown "root:$group" "$out.tmp" && chmod 0640 "$out.tmp" && mv "$out.tmp" "$out"
    rm -f "$out.new.pem" "$out.new.key"
}

# cert_pin FILE: SHA-256 of the key in a certificate (SubjectPublicKeyInfo), in hexadecimal: what a
# registry lists for a node.
cert_pin() {
    openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER |
        sha256sum | cut -c1-64
}

# cert_office CA OUT NODE: OUT.pem, OUT.key and OUT.p12 (password "ibasho", for a browser) of a
# person at the office of NODE.
cert_office() {
    local ca=$1 out=$2 node=$3
    is_fresh "$out.pem" && openssl verify -CAfile "$ca/ca.pem" "$out.pem" >/dev/null 2>&1 && return
    cert_new "$out" "/O=$node/CN=office" "$ca" "basicConstraints=critical,CA:false
keyUsage=critical,digitalSignature
extendedKeyUsage=clientAuth" || return 1
    openssl pkcs12 -export -inkey "$out.key" -in "$out.pem" -certfile "$ca/ca.pem" \
        -name "$node office" -passout pass:ibasho -out "$out.p12" || return 1
    chmod 0600 "$out.p12"
}

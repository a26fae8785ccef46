//! Signed JSON Web Tokens (RFC 7519), for the APIs that take a private key instead of a password.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};

/// Which signature an API asks for (RFC 7518 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSA (PKCS #1 v1.5) with SHA-256.
    Rs256,
}

/// Why a private key cannot sign. Says nothing of the key itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    /// Not a PEM file with a PKCS #8 key.
    #[error("it is not a private key in PEM form (`-----BEGIN PRIVATE KEY-----`)")]
    Pem,
    /// A key, but of another kind.
    #[error("its key is not {0}")]
    Kind(&'static str),
    /// The system gave no random numbers, or the key is unusable.
    #[error("signing with it failed")]
    Signing,
}

/// The token for `claims`, signed with a private key in PEM form.
pub(crate) fn sign(algorithm: Algorithm, key_id: Option<&str>, claims: &Value, pem: &str) -> Result<String, KeyError> {
    let name = match algorithm {
        Algorithm::Es256 => "ES256",
        Algorithm::Rs256 => "RS256",
    };
    let mut header = json!({"alg": name, "typ": "JWT"});
    if let Some(key_id) = key_id {
        header["kid"] = key_id.into();
    }
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encode(&header), encode(claims));
    let signature = signature(algorithm, message.as_bytes(), pem)?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn signature(algorithm: Algorithm, message: &[u8], pem: &str) -> Result<Vec<u8>, KeyError> {
    let key = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| KeyError::Pem)?;
    let key = key.secret_pkcs8_der();
    let random = SystemRandom::new();
    match algorithm {
        Algorithm::Es256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key, &random)
                .map_err(|_| KeyError::Kind("one for the P-256 curve"))?;
            Ok(pair.sign(&random, message).map_err(|_| KeyError::Signing)?.as_ref().to_vec())
        }
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::from_pkcs8(key).map_err(|_| KeyError::Kind("an RSA key of 2048 bits or more"))?;
            let mut signature = vec![0; pair.public().modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(|_| KeyError::Signing)?;
            Ok(signature)
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, KeyPair, UnparsedPublicKey};

    use super::*;

    fn decode(part: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(part).unwrap()
    }

    #[test]
    fn a_token_is_signed_by_its_key() {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &random).unwrap();
        let key = STANDARD.encode(key.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n");
        let token = sign(Algorithm::Es256, Some("K1"), &json!({"iss": "me"}), &pem).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let (header, claims) = message.split_once('.').unwrap();
        assert_eq!(decode(header), br#"{"alg":"ES256","typ":"JWT","kid":"K1"}"#);
        assert_eq!(decode(claims), br#"{"iss":"me"}"#);
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref());
        public.verify(message.as_bytes(), &decode(signature)).expect("the signature fits");
        assert_eq!(
            sign(Algorithm::Rs256, None, &json!({}), &pem),
            Err(KeyError::Kind("an RSA key of 2048 bits or more"))
        );
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_shown() {
        for pem in ["", "hunter2", "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----"] {
            let error = sign(Algorithm::Es256, None, &json!({}), pem).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
